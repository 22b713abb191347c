internal import Glibc
internal import NIOCore
internal import NIOPosix

/// The server's end of a guest's stream socket: what the guest writes goes to its request, what comes of the response
/// goes to the guest. Reads when it is told to. Of the event loop.
final class GuestConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    /// Valid while the channel is there; nil where there is more between the channel and the guest than a socket.
    private let descriptor: Int32?
    /// Nil once it has nothing to do with the guest any more.
    private var exchange: OutgoingExchange?
    private(set) var hasEnded = false

    private init(_ exchange: OutgoingExchange, _ descriptor: Int32?) {
        self.exchange = exchange
        self.descriptor = descriptor
    }

    /// Begins to serve a guest; on the event loop.
    static func open(_ descriptor: Int32, for exchange: OutgoingExchange, on eventLoop: any EventLoop) {
        // A guest's pieces are not to wait for each other. Not everything is TCP.
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let handler = NIOLoopBound(GuestConnection(exchange, descriptor), eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: 16 << 10, high: 64 << 10))
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 1 << 16)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .withConnectedSocket(descriptor)
            .whenFailure { _ in handler.value.isGone() }
    }

    /// Begins to serve a guest at the end of a channel that is active; on its event loop.
    static func adopt(_ channel: any Channel, for exchange: OutgoingExchange) throws {
        let handler = GuestConnection(exchange, nil)
        try channel.pipeline.syncOperations.addHandler(handler)
        exchange.begin(handler)
    }

    var isWritable: Bool { context?.channel.isWritable == true }

    func read() {
        if !hasEnded { context?.read() }
    }

    func write(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Ends the guest's stream, after what is on its way.
    ///
    /// - Parameter discarding: whether the guest may be writing yet. It is read to its end, for nobody: else the guest
    ///   could find an error in place of the end.
    func end(discarding: Bool) {
        exchange = nil
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            let guest = bound.value
            guard discarding, !guest.hasEnded else { return guest.close() }
            guest.context?.close(mode: .output, promise: nil)
        }
        if discarding { read() }
    }

    /// Ends everything, after what is on its way: who writes yet is to notice.
    func end() {
        end(discarding: false)
    }

    /// Ends everything at once, by a reset where there is one.
    func abort() {
        exchange = nil
        if context != nil, let descriptor {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        context?.triggerUserOutboundEvent(GuestAbort(), promise: nil)
        close()
    }

    private func close() {
        context?.close(promise: nil)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        exchange?.begin(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        exchange?.send(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let exchange { exchange.sendMore() } else { read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed = event as? ChannelEvent else { return }
        hasEnded = true
        exchange?.endSending()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        exchange?.guestWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        isGone()
    }

    private func isGone() {
        let exchange = exchange
        self.exchange = nil
        exchange?.abandon()
    }
}
