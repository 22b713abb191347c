internal import NIOCore
internal import NIOHTTP1

/// A request to the tunnel: to what comes after it in the pipeline it is the guest's socket, as ``OutgoingCall`` has it.
final class TunnelHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTPServerResponsePart

    /// Puts into the pipeline what a request is for.
    typealias Begin = (any Channel) throws -> Void

    private let find: (String) -> Begin?
    private var hasRequest = false
    private var hasAnswered = false
    private var hasEnded = false

    /// - Parameter find: what a path is for; nil for nothing.
    init(_ find: @escaping (String) -> Begin?) {
        self.find = find
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        context.read()
    }

    // MARK: The request's body

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard !hasRequest, let begin = find(head.uri) else { return context.close(promise: nil) }
            hasRequest = true
            do {
                try begin(context.channel)
            } catch {
                context.close(promise: nil)
            }
        case .body(let bytes): context.fireChannelRead(wrapInboundOut(bytes))
        case .end: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Less than a head has come.
        if !hasRequest { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: The response's

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = unwrapOutboundIn(data)
        guard !hasAnswered else { return context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: promise) }
        hasAnswered = true
        // The byte that says that there is an answer.
        bytes.moveReaderIndex(forwardBy: min(1, bytes.readableBytes))
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["connection": "close"])
        guard bytes.readableBytes > 0 else { return context.write(wrapOutboundOut(.head(head)), promise: promise) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is GuestAbort else { return context.triggerUserOutboundEvent(event, promise: promise) }
        hasEnded = true
        promise?.succeed()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .input, hasAnswered, !hasEnded else { return context.close(mode: mode, promise: promise) }
        hasEnded = true
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        guard mode == .all else { return end.cascade(to: promise) }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        end.whenComplete { _ in bound.value.close(promise: promise) }
    }
}
