internal import NIOCore

/// Sends the calls of a client and hands the answers out, on the connection's event loop.
final class ClientConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A call from its start to its end. Belongs to the event loop.
    final class Call {
        fileprivate enum State {
            case new
            case sent(UInt32, EventLoopPromise<[UInt8]>, deadline: Scheduled<Void>?)
            case ended
        }

        fileprivate var state = State.new
    }

    private let address: String
    private var machine: ClientConnectionMachine<Call>
    private var decoder = FrameDecoder()
    private var context: ChannelHandlerContext?
    private var failure: (any Error)?

    init(address: String, maximumCalls: Int) {
        self.address = address
        self.machine = ClientConnectionMachine(maximumCalls: maximumCalls)
    }

    /// Sends the request, unless the call was cancelled before, and completes the promise when it is answered, its
    /// time has run out, or the connection is gone.
    func start(_ call: Call, _ request: Ttrpc_Request, _ promise: EventLoopPromise<[UInt8]>) {
        guard case .new = call.state else {
            promise.fail(CancellationError())
            return
        }
        call.state = .ended
        do {
            guard let context = self.context else { throw self.closed }
            let id = try self.machine.start(call)
            let frame: ByteBuffer
            do {
                frame = try .frame(.request, streamID: id, message: request, allocator: context.channel.allocator)
            } catch {
                _ = self.machine.abandon(id)
                throw error
            }
            var deadline: Scheduled<Void>?
            if request.timeoutNano != 0 {
                let isolated = context.eventLoop.assumeIsolated()
                deadline = isolated.scheduleTask(in: .nanoseconds(request.timeoutNano)) {
                    self.abandon(call, TTRPCStatus.deadlineExceeded)
                }
            }
            call.state = .sent(id, promise, deadline: deadline)
            context.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
        } catch {
            promise.fail(error)
        }
    }

    /// Ends the call here with the error; ttrpc has no means to tell the server. A call that has ended is left alone,
    /// one that has not begun will not.
    func abandon(_ call: Call, _ error: any Error) {
        if case .sent(let id, _, _) = call.state {
            _ = self.machine.abandon(id)
        }
        self.end(call, .failure(error))
    }

    private func end(_ call: Call, _ result: Result<[UInt8], any Error>) {
        if case .sent(_, let promise, let deadline) = call.state {
            deadline?.cancel()
            promise.completeWith(result)
        }
        call.state = .ended
    }

    private var closed: TTRPCError {
        TTRPCError(.connectionClosed, "the connection to \(self.address) is closed", cause: self.failure)
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.decoder.append(self.unwrapInboundIn(data))
        while let frame = self.decoder.next() {
            if case .complete(let call, let result) = self.machine.received(frame) {
                self.end(call, result)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let reason = self.closed
        for call in self.machine.connectionClosed(reason) {
            self.end(call, .failure(reason))
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.failure = error
        context.close(promise: nil)
    }
}
