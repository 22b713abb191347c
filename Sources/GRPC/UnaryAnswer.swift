internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// The frames of the answer to a call of gRPC with one message: headers, data, and trailers with the status, or the
/// trailers alone.
struct UnaryAnswer {
    private var data = ByteBuffer()
    private var headers = HPACKHeaders()

    /// Takes a frame; whether it was the last.
    mutating func isWhole(with frame: HTTP2Frame.FramePayload) -> Bool {
        switch frame {
        case .headers(let frame):
            headers.add(contentsOf: frame.headers)
            return frame.endStream
        case .data(let frame):
            if case .byteBuffer(var part) = frame.data { data.writeBuffer(&part) }
            return frame.endStream
        default: return false
        }
    }

    /// The message, or the error that the status is.
    func result(of call: UnaryCall) -> Result<ByteBuffer, any Error> {
        guard let code = headers.first(name: "grpc-status").flatMap({ Int($0) }) else {
            return .failure(
                call.failure(GRPCError.Code.unknown, "HTTP status \(headers.first(name: ":status") ?? "unknown")"))
        }
        guard code == 0 else {
            let message = headers.first(name: "grpc-message") ?? ""
            return .failure(call.failure(code, Self.percentDecoded(message)))
        }
        var data = data
        guard data.readInteger(as: UInt8.self) == 0, let length = data.readInteger(as: UInt32.self),
            let message = data.readSlice(length: Int(length)), data.readableBytes == 0
        else { return .failure(call.failure(GRPCError.Code.unknown, "the answer is not one message")) }
        return .success(message)
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
