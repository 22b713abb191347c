internal import NIOCore
internal import NIOHTTP1

/// One request for the figures, at the port that they have of their own.
final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: HTTPServer.Shared
    private var head: HTTPRequestHead?
    private var patience: Scheduled<Void>?

    init(server: HTTPServer.Shared) {
        self.server = server
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        patience = context.eventLoop.scheduleTask(in: .milliseconds(server.settings.headerTimeout)) {
            channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        patience?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        let isHere = head.uri == "/metrics" && (head.method == .GET || head.method == .HEAD)
        let text = isHere ? server.figuresText : "the figures are at /metrics\n"
        let body = ByteBuffer(string: text)
        let headers: HTTPHeaders = [
            "content-type": isHere ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain",
            "content-length": "\(body.readableBytes)", "connection": "close",
        ]
        let answer = HTTPResponseHead(version: .http1_1, status: isHere ? .ok : .notFound, headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
