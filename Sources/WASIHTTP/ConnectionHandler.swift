internal import Glibc
internal import LinuxSystem
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One connection: takes requests, one after the other, to the guest, and responses back. Behind NIO's HTTP/1.1 codec;
/// or a stream of HTTP/2, which is as a connection that closes after its request.
///
/// What comes of the next request before this one is done waits here: one read of it, at most. NIO's own handler for
/// that would stop reading at each request, and begin again after it, which are two system calls.
///
/// Bodies go through pipes to and from the guest. Request bodies: no more is read from the client while too much of
/// the body waits for the guest. Response bodies: no more is read from the guest while too much waits for the client.
final class ConnectionHandler: ChannelDuplexHandler, Connection {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes of a request's body that may wait for the guest.
    private static let bodyWindow = 256 << 10
    /// Bytes that a client may go on to send after its response, for the connection's sake.
    private static let lateLimit = 256 << 10
    /// What has come of the next request.
    private enum Waiting {
        case part(HTTPServerRequestPart)
        case error(HTTPParserError)
    }

    let server: HTTPServer.Shared
    var context: ChannelHandlerContext?
    var active: ActiveRequest?
    /// Set by what comes before the codec: whether part of a head has come. Nil for a stream.
    let arrival: Arrival?
    private var alarm: Alarm?
    private var client: String?
    private var readIsHeld = false
    private var waiting = CircularBuffer<Waiting>()
    private(set) var isClosing = false

    init(server: HTTPServer.Shared, arrival: Arrival?) {
        self.server = server
        self.arrival = arrival
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        alarm = Alarm(eventLoop: context.eventLoop) { [unowned self] in timeIsOver() }
        client = (context.channel.remoteAddress ?? context.channel.parent?.remoteAddress)?.ipAddress
        awaitHead()
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.end()
        self.context = nil
        if let active { abandon(active, .connectionTerminated) }
        active = nil
        server.remove(self)
        context.fireChannelInactive()
    }

    /// No further request is taken; the one that is served is finished.
    ///
    /// What an idle client has sent already may still be to be read.
    func drain() {
        if let active {
            active.keepsAlive = false
            // What is left of a request that is answered is not waited for.
            if active.hasEnded, !isClosing, let context, let arrival {
                isClosing = true
                closeAfter(context, arrival, lingering: true)
            }
            return
        }
        context?.eventLoop.scheduleTask(in: HTTPServer.patience) {
            [loopBound = NIOLoopBound(self, eventLoop: server.eventLoop)] in
            if loopBound.value.active == nil { loopBound.value.context?.close(promise: nil) }
        }
    }

    private func awaitHead() {
        arrival?.hasBegun = false
        alarm?.set(at: .now() + .milliseconds(server.settings.headerTimeout))
    }

    private func timeIsOver() {
        guard let context else { return }
        guard let active else { return headIsLate(context) }
        // What is left of a request that nobody wants has not come soon.
        if active.hasEnded { return context.close(promise: nil) }
        // The client's fault, as long as its request is not whole.
        refuse(active.requestHasEnded ? 504 : 408)
    }

    private func headIsLate(_ context: ChannelHandlerContext) {
        guard let arrival, arrival.hasBegun, !isClosing else { return context.close(promise: nil) }
        isClosing = true
        // The codec would not have a response without a request.
        arrival.answer("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        closeAfter(context, arrival, lingering: true)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What comes while it lingers is of no account.
        if isClosing { return }
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        if active?.requestHasEnded == true { waiting.append(.error(error)) } else { take(error) }
    }

    private func take(_ error: HTTPParserError) {
        if active?.hasEnded == true {
            context?.close(promise: nil)
            return
        }
        // Of the body.
        active?.exchange?.endBody(.failed(.protocolError))
        refuse(error == .headerOverflow ? 431 : error == .invalidVersion ? 505 : 400)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The last response is on its way.
        if isClosing { return }
        let part = unwrapInboundIn(data)
        if active?.requestHasEnded == true { waiting.append(.part(part)) } else { take(part) }
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes): receive(bytes)
        case .end(let trailers): endRequest(trailers)
        }
    }

    /// The next request's turn has come.
    private func takeWaiting() {
        while active?.requestHasEnded != true, let next = waiting.popFirst() {
            switch next {
            case .part(let part): take(part)
            case .error(let error): take(error)
            }
        }
        resumeReading()
    }

    private func begin(_ head: HTTPRequestHead) {
        guard !isClosing, let context else { return }
        alarm?.silence()
        let fields = RequestFields(head.headers)
        let upgrades = fields.hasUpgrade || head.method == .CONNECT
        let keepsAlive = head.isKeepAlive && arrival != nil
        let active = ActiveRequest(head, keepsAlive: keepsAlive && !upgrades && !server.isDraining)
        self.active = active
        server.begin()
        if let status = RequestCheck.refusal(of: head, fields, bodyLimit: server.settings.requestBodyLimit) {
            return refuse(status)
        }
        active.host = fields.host
        let length = fields.length
        let hasBody = fields.hasTransferEncoding || (length ?? 0) > 0
        active.expectsContinue = hasBody && fields.expectation != nil && arrival != nil && !active.isOld
        let limit = server.settings.requestTimeout
        if limit > 0 {
            let timeout = active.begun + .milliseconds(limit)
            active.timeout = timeout
            alarm?.set(at: timeout)
        }
        if hasBody, let length, !active.expectsContinue, server.bodies.takes(length) {
            collect(length, active, context)
        } else if hasBody {
            stream(active, context)
        } else {
            active.bodyIsClosed = true
            if !submit(active, .none, context) { refuse(503) }
        }
    }

    /// The guest begins, and its body comes as the client sends it.
    func stream(_ active: ActiveRequest, _ context: ChannelHandlerContext) {
        guard let (reading, writing) = try? makePipe() else { return refuse(503) }
        guard submit(active, .pipe(reading), context) else {
            _ = Glibc.close(writing)
            return refuse(503)
        }
        openBody(writing, active, context)
    }

    /// Hands the request to a guest.
    ///
    /// - Returns: false if there are too many; the body is closed then.
    func submit(_ active: ActiveRequest, _ body: RequestBody, _ context: ChannelHandlerContext) -> Bool {
        let head = active.request
        let target = RequestCheck.target(of: head, host: active.host)
        let exchange = Exchange(
            .init(
                method: head.method.rawValue, path: target.path, authority: target.authority, headers: head.headers,
                version: head.version, client: client),
            number: server.nextNumber(), body: body, room: active.room, deadline: active.timeout,
            pool: server.pool, eventLoop: context.eventLoop,
            connection: NIOLoopBound(self, eventLoop: context.eventLoop))
        active.room = nil
        guard server.submit(exchange) else {
            exchange.closeBody()
            return false
        }
        active.exchange = exchange
        return true
    }

    private func openBody(_ end: Int32, _ active: ActiveRequest, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, active: active), eventLoop: context.eventLoop)
        NIOPipeBootstrap(group: context.eventLoop).takingOwnershipOfDescriptor(output: end).whenComplete { result in
            guard case .success(let channel) = result else {
                _ = Glibc.close(end)
                return
            }
            let (handler, active) = bound.value
            guard !active.bodyIsClosed else { return channel.close(promise: nil) }
            active.bodyChannel = channel
            for bytes in active.bodyWaiting { handler.forward(bytes, to: channel, of: active) }
            active.bodyWaiting = []
            if active.requestHasEnded { handler.closeBody(active) }
        }
    }

    private func receive(_ bytes: ByteBuffer) {
        guard let active, !isClosing else { return }
        if active.collected != nil, !active.hasEnded {
            active.bodyBytes += bytes.readableBytes
            active.collected?.append(bytes)
            return
        }
        guard !active.hasEnded, active.exchange != nil, !active.bodyIsClosed else {
            active.lateBytes += bytes.readableBytes
            if active.lateBytes > Self.lateLimit { context?.close(promise: nil) }
            return
        }
        active.bodyBytes += bytes.readableBytes
        let limit = server.settings.requestBodyLimit
        if limit > 0, active.bodyBytes > limit {
            active.exchange?.endBody(.failed(.requestBodySize))
            return active.headIsSent ? abort(active) : refuse(413)
        }
        active.bodyPending += bytes.readableBytes
        if let channel = active.bodyChannel {
            forward(bytes, to: channel, of: active)
        } else {
            active.bodyWaiting.append(bytes)
        }
    }

    private func forward(_ bytes: ByteBuffer, to channel: any Channel, of active: ActiveRequest) {
        let count = bytes.readableBytes
        let bound = NIOLoopBound((handler: self, active: active), eventLoop: channel.eventLoop)
        channel.writeAndFlush(bytes).whenComplete { result in
            let (handler, active) = bound.value
            active.bodyPending -= count
            // The guest reads no more of it: the rest is thrown away.
            if case .failure = result { active.bodyIsClosed = true }
            handler.resumeReading()
        }
    }

    private func endRequest(_ trailers: HTTPHeaders?) {
        guard let active else { return }
        active.requestHasEnded = true
        active.requestTrailers = trailers.map { FieldList(received: $0.lazy.map { ($0.name, $0.value) }) }
        if !active.hasEnded { submitCollected(active) }
        if let exchange = active.exchange {
            exchange.endBody(.complete(active.requestTrailers))
            if active.bodyChannel != nil { closeBody(active) }
        }
        if active.hasEnded { finishRequest() }
    }

    /// Ends the guest's stream, after what is on its way.
    private func closeBody(_ active: ActiveRequest) {
        guard !active.bodyIsClosed, let channel = active.bodyChannel else {
            active.bodyIsClosed = true
            return
        }
        active.bodyIsClosed = true
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in channel.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { readIsHeld = true }
    }

    private var mayRead: Bool {
        if isClosing { return true }
        guard let active else { return waiting.isEmpty }
        return waiting.isEmpty && !active.awaitsRoom
            && (active.bodyPending <= Self.bodyWindow || active.bodyIsClosed)
    }

    func resumeReading() {
        guard readIsHeld, mayRead, let context else { return }
        readIsHeld = false
        context.read()
    }

    // MARK: Ends

    /// Nothing more comes from or goes to the guest.
    func abandon(_ active: ActiveRequest, _ reason: ErrorCode) {
        record(active, isWhole: false)
        alarm?.silence()
        active.exchange?.end(reason)
        (active.collected, active.room, active.awaitsRoom) = (nil, nil, false)
        active.collection?.cancel()
        if !active.bodyIsClosed {
            active.bodyIsClosed = true
            active.bodyWaiting = []
            active.bodyChannel?.close(promise: nil)
        }
        dropSource(active)
        resumeReading()
    }

    /// Once for each request.
    private func record(_ active: ActiveRequest, isWhole: Bool) {
        guard !active.isRecorded else { return }
        active.isRecorded = true
        let seconds = Double((NIODeadline.now() - active.begun).nanoseconds) / 1e9
        server.end(
            AccessRecord(
                client: client, head: active.request, number: active.exchange?.number, status: active.status,
                isWhole: isWhole, requestBytes: active.bodyBytes, responseBytes: active.sentBytes, seconds: seconds))
    }

    /// All of the response is there but its end: the next request may come, or the connection is to be closed.
    func endResponse(_ active: ActiveRequest) {
        active.hasEnded = true
        record(active, isWhole: true)
        abandon(active, .connectionTerminated)
        if !active.keepsAlive || server.isDraining {
            isClosing = true
        } else if active.requestHasEnded {
            finishRequest()
        } else {
            // The rest of the request, which nobody wants, has to come soon.
            alarm?.set(at: .now() + .milliseconds(server.settings.headerTimeout))
        }
    }

    private func finishRequest() {
        guard !isClosing else { return }
        active = nil
        if server.isDraining { context?.close(promise: nil) } else { awaitHead() }
    }

    /// Writes the end of a response, and closes the connection after it if it is to be closed.
    ///
    /// - Parameter lingering: whether the client may still be sending: see ``Lingering``.
    func closeAfterAll(_ context: ChannelHandlerContext, end: NIOAny, lingering: Bool) {
        guard let arrival else {
            let channel = context.channel
            // What is left of the request, which nobody wants, has to come soon. One that has ended closes by itself.
            if lingering {
                let limit = TimeAmount.milliseconds(server.settings.headerTimeout)
                context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
            }
            return context.writeAndFlush(end, promise: nil)
        }
        context.writeAndFlush(end, promise: nil)
        if isClosing { closeAfter(context, arrival, lingering: lingering) } else { takeWaiting() }
    }

    private func closeAfter(_ context: ChannelHandlerContext, _ arrival: Arrival, lingering: Bool) {
        // A client that does not know that this is the last response may have sent the next request.
        let lingers = lingering || server.isDraining || !waiting.isEmpty
        waiting.removeAll()
        resumeReading()
        arrival.whenWritten { [channel = context.channel] in
            if lingers { Lingering.end(channel) } else { channel.close(promise: nil) }
        }
    }

    /// The server's own answer; the connection's last one.
    func refuse(_ status: Int) {
        guard let context, !isClosing else { return }
        if let active, active.headIsSent { return abort(active) }
        let text = ByteBuffer(string: "\(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)\n")
        var headers: HTTPHeaders = ["content-type": "text/plain", "content-length": "\(text.readableBytes)"]
        if arrival != nil { headers.add(name: "connection", value: "close") }
        if status == 503 { headers.add(name: "retry-after", value: "1") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
        isClosing = true
        let hasCome = active?.requestHasEnded ?? false
        active?.headIsSent = true
        active?.hasEnded = true
        active?.status = status
        active?.sentBytes = text.readableBytes
        if let active {
            record(active, isWhole: true)
        } else {
            server.begin()
            server.end(
                AccessRecord(
                    client: client, head: nil, number: nil, status: status,
                    isWhole: true, requestBytes: 0, responseBytes: text.readableBytes, seconds: 0))
        }
        if let active { abandon(active, .requestDenied) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if active?.isHead != true { context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil) }
        closeAfterAll(context, end: wrapOutboundOut(.end(nil)), lingering: !hasCome)
    }

    /// The response can't be brought to its end: the client sees that by the connection's.
    func abort(_ active: ActiveRequest) {
        abandon(active, .connectionTerminated)
        isClosing = true
        context?.close(promise: nil)
    }
}

/// Before the codec: notes that something has come, and says what the codec would not.
final class Arrival: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var hasBegun = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasBegun = true
        context.fireChannelRead(data)
    }

    func answer(_ text: String) {
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    /// Calls the function once all that was written before is with the kernel, or can't be.
    func whenWritten(_ body: @escaping @Sendable () -> Void) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in body() }
    }
}
