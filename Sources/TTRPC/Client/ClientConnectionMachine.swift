internal import SwiftProtobuf

/// The client's side of one ttrpc connection, without any input or output. `Call` is whatever the caller knows a call
/// by.
///
/// As in the Go client, answers to calls that nobody waits for are ignored, an oversized answer fails its call alone,
/// and data where a response is due is a violation of the protocol.
struct ClientConnectionMachine<Call> {
    /// What to do about a frame.
    enum Action {
        case complete(Call, Result<[UInt8], any Error>)
        case ignore
    }

    private let maximumCalls: Int
    /// Odd and growing; nil when the ids are used up.
    private var nextStreamID: UInt32?
    private var calls: [UInt32: Call] = [:]
    private var closeReason: TTRPCError?

    init(maximumCalls: Int, firstStreamID: UInt32 = 1) {
        self.maximumCalls = maximumCalls
        self.nextStreamID = firstStreamID
    }

    /// Takes a call in, and gives the stream id to send its request with. Throws when it cannot be sent.
    mutating func start(_ call: Call) throws -> UInt32 {
        if let closeReason = self.closeReason {
            throw closeReason
        }
        guard let id = self.nextStreamID else {
            throw TTRPCError(
                .connectionClosed, "the connection has used all its stream ids; a new connection is needed")
        }
        guard self.calls.count < self.maximumCalls else {
            throw TTRPCStatus(.resourceExhausted, "more than \(self.maximumCalls) calls at once on one connection")
        }
        let (next, overflow) = id.addingReportingOverflow(2)
        self.nextStreamID = overflow ? nil : next
        self.calls[id] = call
        return id
    }

    /// Nobody waits for this call any more. Gives it back if it was not answered yet.
    mutating func abandon(_ id: UInt32) -> Call? {
        self.calls.removeValue(forKey: id)
    }

    mutating func received(_ frame: InboundFrame) -> Action {
        switch frame {
        case .oversized(let header):
            guard let call = self.calls.removeValue(forKey: header.streamID) else { return .ignore }
            return .complete(call, .failure(TTRPCStatus.oversized(Int(header.length))))
        case .whole(let header, let message):
            guard let call = self.calls.removeValue(forKey: header.streamID) else { return .ignore }
            return .complete(call, Result { try Self.payload(of: message, type: header.type) })
        }
    }

    private static func payload(of message: [UInt8], type: FrameType) throws -> [UInt8] {
        guard type == .response else {
            throw TTRPCError(
                .protocolViolation, "the server sent a message of type \(type.rawValue) where a response is due")
        }
        let response: Ttrpc_Response
        do {
            response = try Ttrpc_Response(serializedBytes: message)
        } catch {
            throw TTRPCError(.protocolViolation, "the server sent a response that does not decode", cause: error)
        }
        if let status = TTRPCStatus(wire: response.status) {
            throw status
        }
        return response.payloadBytes
    }

    /// The connection is gone: gives the calls to fail, in the order in which they were sent. Later calls fail with
    /// the same reason.
    mutating func connectionClosed(_ reason: TTRPCError) -> [Call] {
        if self.closeReason == nil {
            self.closeReason = reason
        }
        defer { self.calls = [:] }
        return self.calls.sorted { $0.key < $1.key }.map(\.value)
    }
}
