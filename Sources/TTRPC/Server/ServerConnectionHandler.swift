internal import NIOCore

/// Does what `ServerConnectionMachine` says, on the connection's event loop: starts a task per call, writes the
/// answers, cancels what nobody waits for.
///
/// Back-pressure: while the peer does not read its answers, no requests are read from it, so what a slow peer can make
/// the server hold is bounded by the calls it already has under way. Other connections do not notice.
final class ServerConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private struct Call {
        var task: Task<Void, Never>
        var deadline: Scheduled<Void>?
        var deadlinePassed = false
    }

    private let executor: EventLoopTaskExecutor
    private let onClose: (ServerConnectionHandler) -> Void
    private var machine: ServerConnectionMachine
    private var decoder = FrameDecoder()
    private var calls: [UInt32: Call] = [:]
    private var context: ChannelHandlerContext?
    private var isReadHeldBack = false
    private var isClosing = false

    /// `onClose` is called on the loop, once, after the connection is gone.
    init(
        machine: ServerConnectionMachine, executor: EventLoopTaskExecutor,
        onClose: @escaping (ServerConnectionHandler) -> Void
    ) {
        self.machine = machine
        self.executor = executor
        self.onClose = onClose
    }

    /// Takes no new calls, and closes when those under way are answered.
    func drain() {
        self.machine.drain()
        self.closeIfFinished()
    }

    /// Closes at once, and cancels the calls under way.
    func close() {
        self.context?.close(promise: nil)
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.onClose(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.decoder.append(self.unwrapInboundIn(data))
        while !self.isClosing, let frame = self.decoder.next() {
            switch self.machine.received(frame) {
            case .start(let id, let method, let request):
                self.start(id, method, request, on: context.eventLoop)
            case .refuse(let id, let status):
                self.answer(id, .failure(status))
            case .abandon(let id, let status):
                self.cancelCall(id)
                self.answer(id, .failure(status))
            case .ignore:
                break
            }
        }
        self.closeIfFinished()
    }

    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            context.read()
        } else {
            self.isReadHeldBack = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if self.isReadHeldBack, context.channel.isWritable {
            self.isReadHeldBack = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent {
            self.machine.inputClosed()
            self.closeIfFinished()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.isClosing = true
        for id in self.machine.connectionClosed() {
            self.cancelCall(id)
        }
        context.fireChannelInactive()
    }

    /// A peer that is gone mid-write or mid-read; there is nobody to tell.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Calls

    private func start(_ id: UInt32, _ method: TTRPCMethod, _ request: Ttrpc_Request, on eventLoop: any EventLoop) {
        let timeout = request.timeoutNano
        let requestContext = TTRPCRequestContext(
            service: request.service, method: request.method, metadata: TTRPCMetadata(wire: request.metadata),
            deadline: timeout == 0 ? nil : .now + .nanoseconds(timeout))
        let payload = request.payloadBytes
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        let task = Task<Void, Never>(executorPreference: self.executor) {
            let result: Result<[UInt8], any Error>
            do {
                result = .success(try await method.handler(requestContext, payload))
            } catch {
                result = .failure(error)
            }
            handler.value.finished(id, result)
        }
        var call = Call(task: task)
        if timeout < 0 {
            call.deadlinePassed = true
            task.cancel()
        } else if timeout > 0 {
            call.deadline = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(timeout)) {
                self.calls[id]?.deadlinePassed = true
                self.calls[id]?.task.cancel()
            }
        }
        self.calls[id] = call
    }

    private func finished(_ id: UInt32, _ result: Result<[UInt8], any Error>) {
        let call = self.calls.removeValue(forKey: id)
        call?.deadline?.cancel()
        guard self.machine.finished(id) else { return }
        self.answer(
            id,
            result.mapError { TTRPCStatus(ofHandlerError: $0, deadlinePassed: call?.deadlinePassed ?? false) })
        self.closeIfFinished()
    }

    private func cancelCall(_ id: UInt32) {
        let call = self.calls.removeValue(forKey: id)
        call?.deadline?.cancel()
        call?.task.cancel()
    }

    // MARK: Answers

    private func answer(_ id: UInt32, _ result: Result<[UInt8], TTRPCStatus>) {
        guard let context = self.context, !self.isClosing else { return }
        let allocator = context.channel.allocator
        let frame: ByteBuffer
        do {
            frame = try .frame(.response, streamID: id, message: Ttrpc_Response(result), allocator: allocator)
        } catch {
            // The answer is too large; that fact is not.
            let status = TTRPCStatus(ofHandlerError: error, deadlinePassed: false)
            do {
                let response = Ttrpc_Response(.failure(status))
                frame = try .frame(.response, streamID: id, message: response, allocator: allocator)
            } catch {
                context.close(promise: nil)
                return
            }
        }
        context.writeAndFlush(self.wrapOutboundOut(frame), promise: nil)
    }

    /// Closes behind the last answer, once there is nothing left to do.
    private func closeIfFinished() {
        guard self.machine.isFinished, !self.isClosing, let context = self.context else { return }
        self.isClosing = true
        // Writes complete in order: when this empty one is through, all answers are.
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.close()
        }
    }
}
