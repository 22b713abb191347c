internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// The frames of the answer to a call of gRPC: headers, messages, and trailers with the status, or the trailers alone.
struct AnswerReader {
    /// Bytes of a message; containerd's own limit is 16 MiB.
    static let largestMessage = 64 << 20

    private var data = ByteBuffer()
    private var headers = HPACKHeaders()
    /// Whether the last frame was taken.
    private(set) var isAtEnd = false

    mutating func take(_ frame: HTTP2Frame.FramePayload) {
        switch frame {
        case .headers(let frame):
            headers.add(contentsOf: frame.headers)
            isAtEnd = frame.endStream
        case .data(let frame):
            if case .byteBuffer(var part) = frame.data { data.writeBuffer(&part) }
            isAtEnd = frame.endStream
        default: break
        }
    }

    /// The next message that has come whole.
    mutating func next() throws(Malformed) -> ByteBuffer? {
        var rest = data
        guard let isCompressed = rest.readInteger(as: UInt8.self), let length = rest.readInteger(as: UInt32.self) else {
            return nil
        }
        guard isCompressed == 0 else {
            throw Malformed(description: "a message is compressed, which was not asked for")
        }
        guard Int(length) <= Self.largestMessage else {
            throw Malformed(description: "a message has \(length) bytes; the most is \(Self.largestMessage)")
        }
        guard let message = rest.readSlice(length: Int(length)) else { return nil }
        data = rest
        data.discardReadBytes()
        return message
    }

    /// What the status says, after the last frame; nil: all went well.
    func failure(of call: GRPCCall) -> GRPCError? {
        guard let code = headers.first(name: "grpc-status").flatMap({ Int($0) }) else {
            return call.failure(GRPCError.Code.unknown, "HTTP status \(headers.first(name: ":status") ?? "unknown")")
        }
        guard code == 0 else {
            let message = headers.first(name: "grpc-message") ?? ""
            return call.failure(code, Self.percentDecoded(message))
        }
        guard data.readableBytes == 0 else {
            return call.failure(GRPCError.Code.unknown, "the answer ends within a message")
        }
        return nil
    }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// What stands for itself, and bytes as `%` and two hexadecimal digits.
    private static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let next = rest.popFirst() {
            if next == UInt8(ascii: "%"), let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(next)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
