internal import NIOCore
internal import NIOHTTP2

/// A connection of HTTP/2. Each of its streams has a ``ConnectionHandler`` of its own, as if it were a connection for
/// one request.
final class SecondConnection: ChannelInboundHandler, Connection {
    typealias InboundIn = Never

    private let server: HTTPServer.Shared
    private var context: ChannelHandlerContext?

    init(server: HTTPServer.Shared) {
        self.server = server
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.remove(self)
        context.fireChannelInactive()
    }

    /// Says GOAWAY, and closes once the streams are at their end.
    func drain() {
        context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One stream's business, which it has heard of.
        if error is NIOHTTP2Errors.StreamClosed || error is NIOHTTP2Errors.NoSuchStream { return }
        context.close(promise: nil)
    }
}
