internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import WASIHTTP

/// One request's getting a connection: waits until there may be one more, and establishes it. Of the event loop.
final class Acquisition {
    private enum Step {
        case waiting(ticket: UInt64)
        case preparing
        case connecting(NameLookup?)
        case handshaking(RemoteConnection)
        case over
    }

    let destination: Destination
    private let pool: ConnectionPool
    private let deadline: NIODeadline
    private var step = Step.preparing
    private var alarm: Scheduled<Void>?
    private var completion: ((Result<RemoteConnection, OutgoingFailure>) -> Void)?

    init(
        _ destination: Destination, _ pool: ConnectionPool, time: TimeAmount,
        _ completion: @escaping (Result<RemoteConnection, OutgoingFailure>) -> Void
    ) {
        self.destination = destination
        self.pool = pool
        self.completion = completion
        deadline = .now() + time
    }

    var isOver: Bool { if case .over = step { true } else { false } }

    /// Nobody wants the connection any more.
    func cancel() {
        completion = nil
        finish(.failure(OutgoingFailure(.connectionTerminated)))
    }

    func start() {
        let bound = NIOLoopBound(self, eventLoop: pool.eventLoop)
        alarm = pool.eventLoop.scheduleTask(deadline: deadline) { bound.value.timeIsOver() }
        switch pool.budget.take({ bound.eventLoop.execute { bound.value.connect() } }) {
        case .granted: connect()
        case .refused: finish(.failure(OutgoingFailure(.connectionLimitReached)))
        case .waits(let ticket):
            step = .waiting(ticket: ticket)
            pool.wait(self)
        }
    }

    /// Takes a connection that another request has left, while there may be no other.
    ///
    /// - Returns: false if there may be one by now.
    func take(_ connection: RemoteConnection) -> Bool {
        guard case .waiting(let ticket) = step, pool.budget.withdraw(ticket) else { return false }
        pool.forget(self)
        step = .over
        finish(.success(connection))
        return true
    }

    private func timeIsOver() {
        switch step {
        case .over: break
        case .waiting: finish(.failure(OutgoingFailure(.connectionLimitReached)))
        case .connecting(let lookup) where lookup?.isDone == false: finish(.failure(OutgoingFailure(.dnsTimeout)))
        default: finish(.failure(OutgoingFailure(.connectionTimeout)))
        }
    }

    private func finish(_ result: Result<RemoteConnection, OutgoingFailure>) {
        alarm?.cancel()
        alarm = nil
        switch step {
        case .waiting(let ticket):
            // One that has been granted meanwhile gives it back by itself.
            if pool.budget.withdraw(ticket) { step = .over }
            pool.forget(self)
        case .handshaking(let connection): if case .failure = result { connection.close() }
        default: break
        }
        step = .over
        let completion = completion
        self.completion = nil
        completion?(result)
    }

    // MARK: Connecting

    /// There may be one more.
    private func connect() {
        pool.forget(self)
        if isOver { return pool.budget.release() }
        step = .preparing
        guard destination.isSecure else { return connect(nil) }
        pool.contexts.context(on: pool.eventLoop).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let context): self.connect(context)
            case .failure(let error):
                self.pool.budget.release()
                self.finish(.failure(OutgoingFailure(error, .connecting)))
            }
        }
    }

    private func connect(_ secure: NIOSSLContext?) {
        if isOver { return pool.budget.release() }
        let lookup = destination.address == nil ? NameLookup(pool.threads, on: pool.eventLoop) : nil
        step = .connecting(lookup)
        let (destination, headLimit, budget) = (destination, pool.settings.headLimit, pool.budget)
        // Its own end comes a little later than the alarm, which knows what was waited for.
        let left = max(deadline - .now(), .nanoseconds(0)) + .milliseconds(50)
        let bootstrap = ClientBootstrap(group: pool.eventLoop)
            .connectTimeout(left)
            .resolver(lookup)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 1 << 16)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, destination, secure, headLimit: headLimit)
                }
            }
        let future =
            destination.address.map(bootstrap.connect(to:))
            ?? bootstrap.connect(host: destination.host, port: destination.port)
        future.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                channel.closeFuture.whenComplete { _ in budget.release() }
                self.connected(channel)
            case .failure(let error):
                budget.release()
                self.finish(.failure(OutgoingFailure(error, .connecting)))
            }
        }
    }

    private static func prepare(
        _ channel: any Channel, _ destination: Destination, _ secure: NIOSSLContext?, headLimit: Int
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let secure {
            try pipeline.addHandler(NIOSSLClientHandler(context: secure, serverHostname: destination.serverName))
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = headLimit
        limits.maxHeaderFieldSize = headLimit
        limits.maxHeaderFieldCount = 1024
        // How a body ends is `WireRequest`'s to say.
        var encoder = HTTPRequestEncoder.Configuration()
        encoder.automaticallySetFramingHeaders = false
        try pipeline.addHandler(HTTPRequestEncoder(configuration: encoder))
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPResponseDecoder(
                    leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: limits)
            ))
        try pipeline.addHandler(RemoteConnection(destination))
    }

    private func connected(_ channel: any Channel) {
        if isOver { return channel.close(promise: nil) }
        guard let connection = try? channel.pipeline.syncOperations.handler(type: RemoteConnection.self) else {
            // It is closed already.
            return finish(.failure(OutgoingFailure(.connectionTerminated)))
        }
        step = .handshaking(connection)
        connection.prepare { result in
            switch result {
            case .success: self.finish(.success(connection))
            case .failure(let error): self.finish(.failure(OutgoingFailure(error, .connecting)))
            }
        }
    }
}
