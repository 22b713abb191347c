import Glibc
import NIOCore
import SwiftProtobuf
import Testing

@testable import TTRPC

/// A client that writes any bytes it likes. Gives up on a read after 30 seconds, so a test fails rather than hangs.
final class RawPeer {
    private let descriptor: CInt
    private var decoder = FrameDecoder()

    init(path: String) throws {
        let address = try UnixAddress(path)
        self.descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        try #require(self.descriptor >= 0)
        try #require(address.withSockAddr { connect(self.descriptor, $0, $1) } == 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(self.descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(self.descriptor)
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            try #require(count > 0)
            sent += count
        }
    }

    func send(_ id: UInt32, _ type: FrameType, flags: FrameFlags = [], length: UInt32? = nil, _ message: [UInt8] = [])
        throws
    {
        var buffer = ByteBuffer()
        buffer.writeFrameHeader(
            FrameHeader(length: length ?? UInt32(message.count), streamID: id, type: type, flags: flags))
        buffer.writeBytes(message)
        try self.send(Array(buffer.readableBytesView))
    }

    func request(_ id: UInt32, _ method: String, _ payload: [UInt8] = [], timeoutNano: Int64 = 0) throws {
        var request = Ttrpc_Request()
        request.service = "test.Service"
        request.method = method
        request.payloadBytes = payload
        request.timeoutNano = timeoutNano
        try self.send(id, .request, request.serializedBytes())
    }

    /// Sends requests for as long as the socket takes them; gives how many it took whole, and finishes the last.
    func sendRequestsUntilItWouldBlock(_ method: String, payload: Int, most: Int) throws -> Int {
        var request = Ttrpc_Request()
        request.service = "test.Service"
        request.method = method
        request.payloadBytes = [UInt8](repeating: 0, count: payload)
        for index in 0..<most {
            let frame = try ByteBuffer.frame(
                .request, streamID: UInt32(2 * index + 1), message: request, allocator: ByteBufferAllocator())
            let bytes = Array(frame.readableBytesView)
            var ready = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, 200) == 1 else { return index }
            try self.send(bytes)
        }
        return most
    }

    /// Sends no more, but goes on reading.
    func shutdownWriting() {
        shutdown(self.descriptor, CInt(SHUT_WR))
    }

    /// The next response; nil when the server has closed the connection.
    func response() throws -> (id: UInt32, result: Result<[UInt8], TTRPCStatus>)? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let frame = self.decoder.next() {
                guard case .whole(let header, let message) = frame else {
                    Issue.record("an oversized response")
                    return nil
                }
                #expect(header.type == .response && header.flags == [])
                let response = try Ttrpc_Response(serializedBytes: message)
                if let status = TTRPCStatus(wire: response.status) {
                    return (header.streamID, .failure(status))
                }
                return (header.streamID, .success(response.payloadBytes))
            }
            let count = recv(self.descriptor, &chunk, chunk.count, 0)
            if count <= 0 {
                #expect(count == 0 || errno == ECONNRESET, "nothing came in 30 seconds")
                return nil
            }
            self.decoder.append(ByteBuffer(bytes: chunk[..<count]))
        }
    }

    /// The next response's id, and its code; nil for a success.
    func outcome() throws -> Outcome? {
        try self.response().map { id, result in
            switch result {
            case .success: Outcome(id: id, code: nil)
            case .failure(let status): Outcome(id: id, code: status.code)
            }
        }
    }

    struct Outcome: Hashable {
        var id: UInt32
        var code: TTRPCCode?
    }
}
