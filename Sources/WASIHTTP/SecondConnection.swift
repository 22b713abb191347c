internal import NIOCore
internal import NIOHTTP2

/// A connection of HTTP/2. Each of its streams has a ``ConnectionHandler`` of its own, as if it were a connection for
/// one request.
final class SecondConnection: ChannelInboundHandler, Connection {
    typealias InboundIn = Never

    private let server: HTTPServer.Shared
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var isDraining = false
    private var silence: Scheduled<Void>?

    /// How long a connection without a stream may last when it has been told to end: a client that does not answer the
    /// ping that goes with GOAWAY would hold it.
    private static let patience = TimeAmount.seconds(1)

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
        silence?.cancel()
        server.remove(self)
        context.fireChannelInactive()
    }

    /// Says GOAWAY, and closes once the streams are at their end.
    func drain() {
        context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        isDraining = true
        awaitSilence()
    }

    /// Counts a stream until it is closed.
    func add(_ stream: any Channel) {
        streams += 1
        silence?.cancel()
        stream.closeFuture.whenComplete { [loopBound = NIOLoopBound(self, eventLoop: server.eventLoop)] _ in
            loopBound.value.streams -= 1
            loopBound.value.awaitSilence()
        }
    }

    private func awaitSilence() {
        guard isDraining, streams == 0, let context else { return }
        silence?.cancel()
        silence = context.eventLoop.scheduleTask(in: Self.patience) {
            [loopBound = NIOLoopBound(self, eventLoop: server.eventLoop)] in
            loopBound.value.context?.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One stream's business, which it has heard of.
        if error is NIOHTTP2Errors.StreamClosed || error is NIOHTTP2Errors.NoSuchStream { return }
        context.close(promise: nil)
    }
}
