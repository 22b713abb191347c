internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// A connection to a server, behind NIO's codec: serves one request after the other. Of the event loop.
///
/// It reads when it is told to. While nobody uses it, it reads too: whatever comes then, an end or bytes, ends it.
final class RemoteConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    let destination: Destination
    private var context: ChannelHandlerContext?
    private var user: (any ConnectionUser)?
    private(set) var hasServed = false
    private var isReady: Bool
    private var isClosing = false
    private var cause: (any Error)?
    private var whenReady: ((Result<Void, any Error>) -> Void)?
    /// Called once, when the connection is no more.
    var whenClosed: (() -> Void)?
    /// When it became idle.
    var idleSince = NIODeadline.distantPast

    init(_ destination: Destination) {
        self.destination = destination
        // The handshake comes first.
        isReady = !destination.isSecure
    }

    var isOpen: Bool { context?.channel.isActive == true && cause == nil && !isClosing }

    var isWritable: Bool { context?.channel.isWritable == true }

    /// Calls back once requests may be sent, or never will be.
    func prepare(_ whenReady: @escaping (Result<Void, any Error>) -> Void) {
        if let cause { return whenReady(.failure(cause)) }
        guard isOpen else { return whenReady(.failure(ChannelError.ioOnClosedChannel)) }
        if isReady { return whenReady(.success(())) }
        self.whenReady = whenReady
        context?.read()
    }

    func begin(_ user: any ConnectionUser) {
        self.user = user
        read()
    }

    /// - Returns: whether it may serve another request.
    func leave() -> Bool {
        hasServed = true
        user = nil
        return isOpen
    }

    func write(_ part: HTTPClientRequestPart) {
        context?.writeAndFlush(wrapOutboundOut(part), promise: nil)
    }

    func read() {
        context?.read()
    }

    /// Tells nobody.
    func close() {
        isClosing = true
        user = nil
        whenReady = nil
        context?.close(promise: nil)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let user else { return close() }
        switch unwrapInboundIn(data) {
        case .head(let head): user.respond(head)
        case .body(let bytes): user.receive(bytes)
        case .end(let trailers): user.endResponse(trailers)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if user?.takesResponse ?? true { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        user?.connectionWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted = event as? TLSUserEvent else { return }
        isReady = true
        let whenReady = whenReady
        self.whenReady = nil
        whenReady?(.success(()))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(nil)
        let whenClosed = whenClosed
        self.whenClosed = nil
        whenClosed?()
    }

    private func end(_ error: (any Error)?) {
        if cause == nil { cause = error ?? ChannelError.eof }
        let (user, whenReady) = (user, whenReady)
        (self.user, self.whenReady) = (nil, nil)
        whenReady?(.failure(error ?? ChannelError.eof))
        user?.connectionFailed(error)
    }
}
