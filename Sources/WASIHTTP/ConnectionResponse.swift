internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The guest's side of the connection.
///
/// A response that is whole at once goes out with its length; of one that isn't, the pipe is looked at a few times, and
/// what fills it goes out as it comes. Only for one that takes longer a channel is made that tells when there is more,
/// which costs as much as a small response.
extension ConnectionHandler {
    /// Between two looks, and how many there are.
    private static let moment = TimeAmount.microseconds(500)
    /// The same, where the guest filled the pipe meanwhile, and so may be waiting.
    private static let shortMoment = TimeAmount.microseconds(50)
    private static let mostLooks = 8

    func sendContinue(_ exchange: Exchange) {
        guard let active, active.exchange === exchange, active.expectsContinue, !active.headIsSent else { return }
        active.expectsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// - Parameter body: let go, and so broken, where the response comes too late.
    func respond(_ exchange: Exchange, status: UInt16, _ fields: FieldList, body: ResponsePipe?) {
        guard let active, active.exchange === exchange, active.head == nil, !active.hasEnded, context != nil else {
            return
        }
        // Else the timer is about to say so.
        guard exchange.millisecondsLeft != 0 else { return }
        active.head = (status, fields)
        active.source = body
        guard body != nil else {
            sendHead(active, length: 0)
            sendEnd(active)
            return
        }
        look(active)
    }

    /// A response whose body is whole.
    ///
    /// - Parameter body: nil if it could not be read.
    func reply(_ exchange: Exchange, status: UInt16, _ fields: FieldList, _ body: ByteBuffer?, trailers: FieldList?) {
        guard let active, active.exchange === exchange, active.head == nil, !active.hasEnded else { return }
        // Else the timer is about to say so.
        guard exchange.millisecondsLeft != 0 else { return }
        guard let body else { return refuse(500) }
        active.head = (status, fields)
        active.trailers = trailers
        active.total = body.readableBytes
        sendHead(active, length: trailers == nil ? body.readableBytes : nil)
        pumped(body, active)
        checkEnd(active)
    }

    func fail(_ exchange: Exchange, status: Int) {
        guard let active, active.exchange === exchange, !active.hasEnded else { return }
        refuse(status)
    }

    func finish(_ exchange: Exchange, trailers: FieldList?) {
        guard let active, active.exchange === exchange, !active.hasEnded else { return }
        active.trailers = trailers
        // The pipe's end may be seen before this is heard.
        if active.pumpHasEnded { active.total = active.pumped }
        if let end = active.pumpEnd {
            guard let rest = bytesWaiting(end) else { return abort(active) }
            active.total = active.pumped + rest
        }
        guard let source = active.source else { return checkEnd(active) }
        guard let bytes = source.takeAll() else { return abort(active) }
        active.look?.cancel()
        active.total = active.pumped + bytes.readableBytes
        sendHead(active, length: trailers == nil && active.pumped == 0 ? bytes.readableBytes : nil)
        pumped(bytes, active)
        checkEnd(active)
    }

    func guestEnded(_ exchange: Exchange) {
        guard let active, active.exchange === exchange, !active.hasEnded else { return }
        // A body that was finished is on its way, whatever came after.
        if active.total != nil { return }
        if active.headIsSent { abort(active) } else { refuse(exchange.millisecondsLeft == 0 ? 504 : 500) }
    }

    // MARK: The body

    private func awaitLook(_ active: ActiveRequest, _ context: ChannelHandlerContext, in time: TimeAmount) {
        active.look = context.eventLoop.scheduleTask(in: time) {
            [bound = NIOLoopBound((handler: self, active: active), eventLoop: context.eventLoop)] in
            bound.value.handler.look(bound.value.active)
        }
    }

    private func look(_ active: ActiveRequest) {
        guard let source = active.source, let context, !active.hasEnded else { return }
        active.looks += 1
        guard active.looks < Self.mostLooks, context.channel.isWritable else { return startPump(active) }
        guard let waiting = source.waiting else { return abort(active) }
        // The guest goes on as long as there is room.
        let fills = waiting > source.capacity / 2
        if fills {
            guard let bytes = source.takeAll() else { return abort(active) }
            sendHead(active, length: nil)
            pumped(bytes, active)
            context.flush()
        }
        awaitLook(active, context, in: fills ? Self.shortMoment : Self.moment)
    }

    func startPump(_ active: ActiveRequest) {
        guard let source = active.source?.detach(), let context else { return abort(active) }
        (active.source, active.pumpEnd) = (nil, source)
        sendHead(active, length: nil)
        context.flush()
        let bound = NIOLoopBound((handler: self, active: active), eventLoop: context.eventLoop)
        NIOPipeBootstrap(group: context.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (handler, active) = bound.value
                    try channel.pipeline.syncOperations.addHandler(PumpHandler(handler, active))
                }
            }
            .takingOwnershipOfDescriptor(input: source).whenComplete { result in
                let (handler, active) = bound.value
                guard case .success(let channel) = result else {
                    _ = Glibc.close(source)
                    return handler.abort(active)
                }
                guard active.pumpEnd != nil else { return channel.close(promise: nil) }
                active.pump = channel
                handler.pumpMore(active)
            }
    }

    func pumpMore(_ active: ActiveRequest) {
        guard let context, context.channel.isWritable, !active.hasEnded else { return }
        active.pump?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let active { pumpMore(active) }
        context.fireChannelWritabilityChanged()
    }

    func pumped(_ bytes: ByteBuffer, _ active: ActiveRequest) {
        guard !active.hasEnded, let context else { return }
        var bytes = bytes
        active.pumped += bytes.readableBytes
        if active.awaited != nil {
            guard let rest = takeHead(bytes, active) else { return }
            bytes = rest
        }
        if active.isBodiless { return }
        if let left = active.bytesLeft {
            // More than was said: the client must not take it for the next response.
            if bytes.readableBytes > left {
                active.keepsAlive = false
                bytes = bytes.readSlice(length: left) ?? ByteBuffer()
            }
            active.bytesLeft = left - bytes.readableBytes
        }
        active.sentBytes += bytes.readableBytes
        if bytes.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil) }
    }

    func checkEnd(_ active: ActiveRequest) {
        guard !active.hasEnded, let total = active.total, active.pumped >= total else { return }
        if active.awaited != nil { return refuseHead(active, .incomplete) }
        sendEnd(active)
    }

    /// The pipe has no writer any more.
    func pumpEnded(_ active: ActiveRequest) {
        (active.pump, active.pumpEnd) = (nil, nil)
        active.pumpHasEnded = true
    }

    func dropSource(_ active: ActiveRequest) {
        active.look?.cancel()
        active.pump?.close(promise: nil)
        (active.pump, active.pumpEnd) = (nil, nil)
        active.source?.breakOff()
        active.source = nil
    }

    // MARK: Parts

    /// - Parameter length: of the body, where it is known.
    func sendHead(_ active: ActiveRequest, length: Int?) {
        guard let (status, fields) = active.head, let context, !active.headIsSent else { return }
        active.headIsSent = true
        active.status = Int(status)
        // Whether the client sends the body that it holds back is anybody's guess.
        if active.expectsContinue { active.keepsAlive = false }
        var headers = HTTPHeaders()
        for field in fields.entries {
            headers.add(name: field.name, value: String(decoding: field.value, as: UTF8.self))
        }
        frame(active, &headers, length: length)
        if active.isStream {
            // Nothing is said of the connection.
        } else if !active.keepsAlive {
            headers.add(name: "connection", value: "close")
        } else if active.isOld {
            headers.add(name: "connection", value: "keep-alive")
        }
        let head = HTTPResponseHead(
            version: active.version, status: HTTPResponseStatus(statusCode: Int(status)), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Says how the body ends (RFC 9112, 6.3): by its length, by its last chunk, or with the connection.
    private func frame(_ active: ActiveRequest, _ headers: inout HTTPHeaders, length: Int?) {
        let said = headers["content-length"]
        if active.head?.status == 204 {
            headers.remove(name: "content-length")
        } else if said.count == 1, let number = said.first.flatMap({ Int($0) }), number >= 0 {
            active.bytesLeft = number
        } else {
            // Nothing that two readers could take for two things.
            headers.remove(name: "content-length")
            if active.isBodiless {
                // What a body would have is the guest's to say.
            } else if let length {
                headers.add(name: "content-length", value: "\(length)")
                active.bytesLeft = length
            } else if active.isStream {
                // Its last frame ends it.
            } else if active.isOld {
                active.keepsAlive = false
            } else {
                headers.add(name: "transfer-encoding", value: "chunked")
            }
        }
    }

    private func sendEnd(_ active: ActiveRequest) {
        guard let context else { return }
        if !active.isBodiless, let left = active.bytesLeft, left > 0 { return abort(active) }
        let trailers = active.trailers.map { list in
            HTTPHeaders(list.entries.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) })
        }
        let end = wrapOutboundOut(.end(active.bytesLeft == nil ? trailers : nil))
        endResponse(active)
        closeAfterAll(context, end: end, lingering: !active.requestHasEnded)
    }
}

/// At the pipe's end of a response's body.
private final class PumpHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ConnectionHandler
    private let active: ActiveRequest

    init(_ connection: ConnectionHandler, _ active: ActiveRequest) {
        self.connection = connection
        self.active = active
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.pumped(unwrapInboundIn(data), active)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection.checkEnd(active)
        connection.context?.flush()
        connection.pumpMore(active)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.pumpEnded(active)
    }
}
