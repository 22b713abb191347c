internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The guest's side of the connection. Its response waits for a moment: a body that is finished by then goes out with
/// its length, without the cost of a channel for its pipe; one that is not goes out as it comes.
extension ConnectionHandler {
    private static let moment = TimeAmount.microseconds(500)

    func sendContinue(_ exchange: Exchange) {
        guard let active, active.exchange === exchange, active.expectsContinue, !active.headIsSent else { return }
        active.expectsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// - Returns: false if it comes too late; the body's descriptor is not taken over then.
    func respond(_ exchange: Exchange, status: UInt16, _ fields: FieldList, body: Int32?) -> Bool {
        guard let active, active.exchange === exchange, active.head == nil, !active.hasEnded, let context else {
            return false
        }
        // The timer is about to say so.
        guard exchange.millisecondsLeft != 0 else { return false }
        active.head = (status, fields)
        active.source = body
        guard body != nil else {
            sendHead(active, length: 0)
            sendEnd(active)
            return true
        }
        active.pumpStart = context.eventLoop.scheduleTask(in: Self.moment) {
            [bound = NIOLoopBound((handler: self, active: active), eventLoop: context.eventLoop)] in
            bound.value.handler.startPump(bound.value.active)
        }
        return true
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
        guard let source = active.source else { return checkEnd(active) }
        var rest: Int32 = 0
        guard ioctl(source, UInt(FIONREAD), &rest) == 0 else { return abort(active) }
        active.total = active.pumped + Int(rest)
        guard !active.pumpIsStarting else { return checkEnd(active) }
        active.pumpStart?.cancel()
        var bytes = ByteBuffer()
        while bytes.readableBytes < Int(rest) {
            let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(rest)) { room in
                max(0, Glibc.read(source, room.baseAddress, min(room.count, Int(rest))))
            }
            if count == 0 { return abort(active) }
        }
        sendHead(active, length: trailers == nil ? bytes.readableBytes : nil)
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

    private func startPump(_ active: ActiveRequest) {
        guard let source = active.source, let context, !active.hasEnded else { return }
        active.pumpIsStarting = true
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
                    active.source = nil
                    return handler.abort(active)
                }
                guard active.source != nil else { return channel.close(promise: nil) }
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
        sendEnd(active)
    }

    /// The pipe has no writer any more.
    func pumpEnded(_ active: ActiveRequest) {
        active.source = nil
        active.pump = nil
        active.pumpHasEnded = true
    }

    func dropSource(_ active: ActiveRequest) {
        active.pumpStart?.cancel()
        if let pump = active.pump {
            pump.close(promise: nil)
        } else if let source = active.source, !active.pumpIsStarting {
            _ = Glibc.close(source)
        }
        active.source = nil
        active.pump = nil
    }

    // MARK: Parts

    /// - Parameter length: of the body, where it is known.
    private func sendHead(_ active: ActiveRequest, length: Int?) {
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
        // Before the end is written: a request that was held back comes in amid that.
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
