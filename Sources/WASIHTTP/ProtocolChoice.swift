internal import NIOCore

/// At the beginning of a connection: reads what protocol its client speaks, by its first bytes, and gives way to that.
///
/// HTTP/2 is spoken with prior knowledge only (RFC 9113, 3.3): such a client begins with words that are no request.
final class ProtocolChoice: ChannelInboundHandler, RemovableChannelHandler, Connection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let server: HTTPServer.Shared
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var received = ByteBuffer()
    private var isReplaced = false

    init(server: HTTPServer.Shared) {
        self.server = server
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        timer = context.eventLoop.scheduleTask(in: .milliseconds(server.settings.headerTimeout)) {
            [loopBound = NIOLoopBound(self, eventLoop: server.eventLoop)] in
            loopBound.value.context?.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isReplaced { server.remove(self) }
        context.fireChannelInactive()
    }

    /// What its client has sent already may still be to be read.
    func drain() {
        context?.eventLoop.scheduleTask(in: HTTPServer.patience) {
            [loopBound = NIOLoopBound(self, eventLoop: server.eventLoop)] in
            loopBound.value.context?.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        let begun = received.readableBytesView.prefix(Self.preface.count)
        let isSecond = begun.elementsEqual(Self.preface.prefix(begun.count))
        if isSecond, begun.count < Self.preface.count { return }
        do {
            let channel = context.channel
            let other =
                isSecond
                ? try HTTPServer.serveSecond(channel, server) : try HTTPServer.serveFirst(channel, server)
            server.replace(self, with: other)
            isReplaced = true
            context.fireChannelRead(wrapInboundOut(received))
            context.fireChannelReadComplete()
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }
}

/// What a server has to end.
protocol Connection: AnyObject {
    /// No further request is taken; those that are served are finished.
    func drain()
}
