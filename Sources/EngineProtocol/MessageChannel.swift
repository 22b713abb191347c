internal import CLinux
internal import Glibc
package import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// Codable messages with descriptors over a Unix stream socket; blocking.
///
/// A message is its length (u32, big-endian), then as many bytes of JSON. The descriptors go with the first byte.
/// Both ends are programs of ours: what does not fit is a `ChannelError.violation`.
package struct MessageChannel: ~Copyable, Sendable {
    package static let largestMessage = 4 << 20

    private let socket: OwnedFileDescriptor

    /// Takes the socket over.
    package init(owning socket: consuming OwnedFileDescriptor) {
        self.socket = socket
    }

    /// The socket, borrowed: to poll, or to pass on.
    package var raw: Int32 { socket.raw }

    /// Two connected sockets, both close-on-exec. The caller owns both.
    package static func socketPair() throws(SystemCallError) -> (Int32, Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        try systemCall("socketpair") {
            withUnsafeMutablePointer(to: &ends) {
                $0.withMemoryRebound(to: Int32.self, capacity: 2) {
                    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, $0)
                }
            }
        }
        return ends
    }

    /// Sends a message whole. The descriptors are borrowed.
    package func send(_ message: some Encodable, descriptors: [Int32] = []) throws {
        let body = try encodeJSON(message)
        precondition(body.count <= Self.largestMessage, "a message of \(body.count) bytes")
        var frame = withUnsafeBytes(of: UInt32(body.count).bigEndian, Array.init)
        frame.append(contentsOf: body)

        var sent = 0
        while sent < frame.count {
            let passed = sent == 0 ? descriptors : []
            sent += try frame.withUnsafeBytes { bytes in
                try systemCall("sendmsg") {
                    martlet_send_descriptors(
                        socket.raw, bytes.baseAddress! + sent, bytes.count - sent, passed, passed.count)
                }
            }
        }
    }

    /// Receives the next message with its descriptors, which the caller owns (close-on-exec); nil at the end.
    ///
    /// - Parameter type: what is expected.
    /// - Throws: `ChannelError`, `SystemCallError`. Descriptors that came with a bad message are closed.
    package func receive<Message: Decodable>(_ type: Message.Type) throws -> Received<Message>? {
        var descriptors: [Int32] = []
        do {
            var header: [UInt8] = [0, 0, 0, 0]
            let got = try fill(&header, &descriptors)
            if got == 0 { return nil }
            guard got == header.count else { throw ChannelError.truncated }
            let length = header.reduce(0) { $0 << 8 | Int($1) }
            guard length <= Self.largestMessage else { throw ChannelError.oversized(length) }

            var body = [UInt8](repeating: 0, count: length)
            guard try fill(&body, &descriptors) == length else { throw ChannelError.truncated }
            let message = try decodeJSON(type, from: body, file: nil)
            return Received(message: message, descriptors: descriptors)
        } catch {
            for descriptor in descriptors { _ = close(descriptor) }
            if let error = error as? SpecError { throw ChannelError.violation("\(error)") }
            throw error
        }
    }

    /// Reads until `bytes` is full or the peer has ended; answers how many came.
    private func fill(_ bytes: inout [UInt8], _ descriptors: inout [Int32]) throws -> Int {
        var filled = 0
        while filled < bytes.count {
            var count = 0
            var truncated: Int32 = 0
            var received = [Int32](repeating: -1, count: Self.mostDescriptors)
            let answer = bytes.withUnsafeMutableBytes { bytes in
                attempt {
                    martlet_receive_descriptors(
                        socket.raw, bytes.baseAddress! + filled, bytes.count - filled, &received, received.count,
                        &count, &truncated)
                }
            }
            let got: Int
            switch answer {
            case .success(let bytes): got = bytes
            // The peer ended before it had read what we sent: an end as any other.
            case .failure(.connectionReset): got = 0
            case .failure(let code): throw SystemCallError("recvmsg", errno: code)
            }
            descriptors.append(contentsOf: received.prefix(count))
            guard truncated == 0, descriptors.count <= Self.mostDescriptors else {
                throw ChannelError.violation("more descriptors than \(Self.mostDescriptors)")
            }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// Of a message: as many as the kernel passes at once (unix(7), SCM_RIGHTS).
    package static let mostDescriptors = 253
}

/// A message as it came.
package struct Received<Message: Sendable>: Sendable {
    package let message: Message
    /// Owned by the receiver.
    package let descriptors: [Int32]
}

/// What may be wrong with a peer's messages.
package enum ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The peer ended in the middle of a message.
    case truncated
    /// A message of so many bytes.
    case oversized(Int)
    /// Anything else that the protocol does not allow.
    case violation(String)

    package var description: String {
        switch self {
        case .truncated: "the peer ended in the middle of a message"
        case .oversized(let length):
            "a message of \(length) bytes; the most is \(MessageChannel.largestMessage)"
        case .violation(let what): "the peer broke the protocol: \(what)"
        }
    }
}
