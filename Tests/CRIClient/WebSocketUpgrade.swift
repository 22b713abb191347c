internal import NIOCore
internal import NIOWebSocket

/// The client's opening handshake of a WebSocket (RFC 6455, section 4.1).
///
/// Frames that come together with the server's answer, and the end of the connection right behind them, are not lost:
/// what a command that ends at once has said is passed on before the handshake is over.
final class WebSocketUpgrade: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private let done: EventLoopPromise<Void>
    private let frames: any ChannelInboundHandler & Sendable
    private var answer = ByteBuffer()
    private var isOpen = false

    /// - Parameters:
    ///   - done: kept when the frames may come and go.
    ///   - frames: what takes them.
    init(
        host: String, port: Int, path: String, done: EventLoopPromise<Void>,
        frames: any ChannelInboundHandler & Sendable
    ) {
        let lines = [
            "GET \(path) HTTP/1.1", "Host: \(host):\(port)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: bm90aGluZyBzZWNyZXQhIQ==",
            "Sec-WebSocket-Protocol: v4.channel.k8s.io",
        ]
        request = lines.joined(separator: "\r\n") + "\r\n\r\n"
        self.done = done
        self.frames = frames
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOpen { return context.fireChannelRead(data) }
        var part = unwrapInboundIn(data)
        answer.writeBuffer(&part)
        let end = Array("\r\n\r\n".utf8)
        let bytes = Array(answer.readableBytesView)
        guard let index = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return }
        let head = answer.readString(length: index + end.count) ?? ""
        guard head.hasPrefix("HTTP/1.1 101 ") else {
            done.fail(CRIStream.failure("is refused: \(head.prefix { $0 != "\r\n" })"))
            return context.close(promise: nil)
        }
        do {
            try context.pipeline.syncOperations.addHandlers(
                [WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)), frames],
                position: .after(self))
        } catch {
            done.fail(error)
            return context.close(promise: nil)
        }
        isOpen = true
        if answer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(answer)) }
        done.succeed()
    }

    // A promise is kept but once: these come after the handshake, too.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(CRIStream.failure("was closed without an answer"))
        context.fireChannelInactive()
    }
}
