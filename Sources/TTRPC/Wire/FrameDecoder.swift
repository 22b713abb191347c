internal import NIOCore

/// What came in: a frame whole, or the news that one was too large.
enum InboundFrame: Hashable, Sendable {
    /// A header and all of its message.
    case whole(FrameHeader, message: [UInt8])
    /// The header of a message over the limit. The message itself was read and dropped, so the stream of frames goes
    /// on behind it, as in the Go implementation.
    case oversized(FrameHeader)
}

/// Cuts a byte stream into frames.
///
/// Holds no more than the bytes of the frame that is under way, of an oversized one nothing, and between frames no
/// buffer at all.
struct FrameDecoder {
    private enum State {
        case header
        case message(FrameHeader)
        case dropping(FrameHeader, remaining: Int)
    }

    private var state = State.header
    private var pending: ByteBuffer?

    /// Takes in what was read from the socket.
    mutating func append(_ bytes: consuming ByteBuffer) {
        guard var pending = self.pending.take() else {
            self.pending = bytes
            return
        }
        pending.discardReadBytes()
        pending.writeBuffer(&bytes)
        self.pending = pending
    }

    /// The next frame; nil when more bytes are needed for it.
    mutating func next() -> InboundFrame? {
        guard var buffer = self.pending.take() else { return nil }
        let frame = self.decode(&buffer)
        if buffer.readableBytes > 0 {
            self.pending = buffer
        }
        return frame
    }

    private mutating func decode(_ buffer: inout ByteBuffer) -> InboundFrame? {
        if case .header = self.state {
            guard let header = buffer.readFrameHeader() else { return nil }
            let length = Int(header.length)
            self.state = length > Frame.maximumLength ? .dropping(header, remaining: length) : .message(header)
        }
        switch self.state {
        case .header:
            return nil
        case .message(let header):
            guard let message = buffer.readBytes(length: Int(header.length)) else { return nil }
            self.state = .header
            return .whole(header, message: message)
        case .dropping(let header, let remaining):
            let dropped = min(remaining, buffer.readableBytes)
            buffer.moveReaderIndex(forwardBy: dropped)
            guard dropped == remaining else {
                self.state = .dropping(header, remaining: remaining - dropped)
                return nil
            }
            self.state = .header
            return .oversized(header)
        }
    }
}
