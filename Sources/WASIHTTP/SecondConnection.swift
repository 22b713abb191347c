internal import NIOCore
internal import NIOHTTP2

/// A connection of HTTP/2. Each of its streams has a ``ConnectionHandler`` of its own, as if it were a connection for
/// one request.
///
/// It is the delegate of the handler of frames, too: what this side says to the client tells which errors are the
/// connection's.
final class SecondConnection: ChannelInboundHandler, NIOHTTP2FrameDelegate, Connection {
    typealias InboundIn = Never

    private let server: HTTPServer.Shared
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var isDraining = false
    /// Whether the client has been told that the connection is at its end for what it did.
    private var hasFailed = false
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

    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { hasFailed = true }
    }

    /// Closes the connection, unless the error is one stream's business (RFC 9113, section 5.4.2): that stream has
    /// heard of it, or it is no more, or never was, as one that a client opens while it is told to go away.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isOfStreams = error is any NIOHTTP2Error || error is NIOHTTP2Errors.StreamError
        guard hasFailed || !isOfStreams || error is NIOHTTP2Errors.UnableToSerializeFrame else { return }
        // What says why is written, but not sent yet.
        context.eventLoop.execute { [loopBound = NIOLoopBound(self, eventLoop: server.eventLoop)] in
            loopBound.value.context?.close(promise: nil)
        }
    }
}
