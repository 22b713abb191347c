internal import SwiftProtobuf

/// The server's side of one ttrpc connection, without any input or output: frames and events go in, what to do comes
/// out.
///
/// What is refused, and in which order it is checked, follows the Go server (`serverConn.run`): an oversized message
/// gets ResourceExhausted, an even or reused stream id InvalidArgument, a request that does not decode
/// InvalidArgument, all on the stream id that was bad, and the connection lives on. Unknown types are ignored.
/// Streams are not served: a request that opens one is Unimplemented.
struct ServerConnectionMachine {
    /// What to do about a frame.
    enum Action {
        /// Run the method; tell `finished` when it has ended.
        case start(UInt32, TTRPCMethod, Ttrpc_Request)
        /// Answer with the status.
        case refuse(UInt32, TTRPCStatus)
        /// Cancel the call that runs, and answer with the status in its place.
        case abandon(UInt32, TTRPCStatus)
        case ignore
    }

    private let registry: ServiceRegistry
    private let maximumCalls: Int
    private var lastStreamID: UInt32 = 0
    private var isDraining = false
    private var isInputClosed = false
    /// Stream ids of the calls that run.
    private(set) var calls: Set<UInt32> = []

    init(registry: ServiceRegistry, maximumCalls: Int) {
        self.registry = registry
        self.maximumCalls = maximumCalls
    }

    /// Whether nothing is left to do on this connection but to send what is on its way.
    var isFinished: Bool {
        (self.isDraining || self.isInputClosed) && self.calls.isEmpty
    }

    mutating func received(_ frame: InboundFrame) -> Action {
        switch frame {
        case .oversized(let header):
            return .refuse(header.streamID, .oversized(Int(header.length)))
        case .whole(let header, let message):
            let id = header.streamID
            guard id % 2 == 1 else {
                return .refuse(
                    id, TTRPCStatus(.invalidArgument, "StreamID must be odd for client initiated streams, got \(id)"))
            }
            switch header.type {
            case .request: return self.receivedRequest(header, message)
            case .data: return self.receivedData(id)
            default: return .ignore
            }
        }
    }

    private mutating func receivedRequest(_ header: FrameHeader, _ message: [UInt8]) -> Action {
        let id = header.streamID
        guard id > self.lastStreamID else {
            return .refuse(
                id,
                TTRPCStatus(
                    .invalidArgument,
                    "StreamID cannot be re-used and must increment, got \(id) after \(self.lastStreamID)"))
        }
        self.lastStreamID = id
        let request: Ttrpc_Request
        do {
            request = try Ttrpc_Request(serializedBytes: message)
        } catch {
            return .refuse(id, TTRPCStatus(.invalidArgument, "unmarshal request error: \(error)"))
        }
        let method: TTRPCMethod
        do throws(TTRPCStatus) {
            method = try self.registry.method(for: request)
        } catch {
            return .refuse(id, error)
        }
        guard header.flags.isDisjoint(with: [.remoteOpen, .remoteClosed]) else {
            return .refuse(
                id,
                TTRPCStatus(
                    .unimplemented, "method \(request.method) of service \(request.service) is not served as a stream"))
        }
        guard !self.isDraining else {
            return .refuse(id, TTRPCStatus(.unavailable, "the server is shutting down"))
        }
        guard self.calls.count < self.maximumCalls else {
            return .refuse(
                id,
                TTRPCStatus(.resourceExhausted, "more than \(self.maximumCalls) calls at once on one connection"))
        }
        self.calls.insert(id)
        return .start(id, method, request)
    }

    private mutating func receivedData(_ id: UInt32) -> Action {
        guard self.calls.remove(id) != nil else {
            return .refuse(id, TTRPCStatus(.invalidArgument, "StreamID is no longer active: \(id)"))
        }
        return .abandon(id, TTRPCStatus(.invalidArgument, "data on a unary stream: \(id)"))
    }

    /// The call has ended. False when nobody waits for its answer any more.
    mutating func finished(_ id: UInt32) -> Bool {
        self.calls.remove(id) != nil
    }

    /// The peer will send no more, but may still be reading.
    mutating func inputClosed() {
        self.isInputClosed = true
    }

    /// No new calls from here on.
    mutating func drain() {
        self.isDraining = true
    }

    /// The connection is gone: gives the calls to cancel, whose answers are not wanted any more.
    mutating func connectionClosed() -> Set<UInt32> {
        defer { self.calls = [] }
        self.isInputClosed = true
        return self.calls
    }
}
