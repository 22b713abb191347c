internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

// Design rule of this target: it knows HTTP and what wasi:http says of it, and no engine. Connections are one event
// loop's; guests run on threads of their own (``WorkerPool``), and the two only speak through ``Exchange``.

/// Serves HTTP/1.1 until it is told to stop. To be made in the process that serves: it starts threads.
package final class HTTPServer {
    /// What the connections share. Of the event loop.
    final class Shared {
        let settings: ServerSettings
        let eventLoop: any EventLoop
        private let pool: WorkerPool
        private var requests: UInt64 = 0
        private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
        private(set) var isDraining = false
        private let drained: EventLoopPromise<Void>

        init(_ settings: ServerSettings, pool: WorkerPool, eventLoop: any EventLoop) {
            self.settings = settings
            self.pool = pool
            self.eventLoop = eventLoop
            drained = eventLoop.makePromise()
        }

        func nextNumber() -> UInt64 {
            defer { requests += 1 }
            return requests
        }

        func submit(_ exchange: Exchange) -> Bool { pool.submit(exchange) }

        /// - Returns: false if there are as many as may be.
        func add(_ connection: ConnectionHandler) -> Bool {
            guard connections.count < settings.connections, !isDraining else { return false }
            connections[ObjectIdentifier(connection)] = connection
            return true
        }

        func remove(_ connection: ConnectionHandler) {
            connections[ObjectIdentifier(connection)] = nil
            if isDraining, connections.isEmpty { drained.succeed() }
        }

        func drain() -> EventLoopFuture<Void> {
            isDraining = true
            for connection in Array(connections.values) { connection.drain() }
            if connections.isEmpty { drained.succeed() }
            return drained.futureResult
        }
    }

    private let shared: NIOLoopBound<Shared>
    private let listener: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let eventLoop: any EventLoop

    /// Binds and accepts.
    ///
    /// - Throws: an error that says what of the address can't be had.
    package init(_ settings: ServerSettings, pool: WorkerPool) throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        self.eventLoop = eventLoop
        let address = try SocketAddress(ipAddress: settings.host, port: settings.port)
        let shared = try eventLoop.submit {
            NIOLoopBound(Shared(settings, pool: pool, eventLoop: eventLoop), eventLoop: eventLoop)
        }.wait()
        self.shared = shared
        listener = try ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: settings.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, shared.value) }
            }
            .bind(to: address).wait()
    }

    /// Where it listens.
    package var port: Int? { listener.localAddress?.port }

    private static func prepare(_ channel: any Channel, _ shared: Shared) throws {
        let pipeline = channel.pipeline.syncOperations
        let arrival = Arrival()
        try pipeline.addHandler(arrival)
        // How a body ends is this target's to say: the codec does not know of HEAD.
        var encoder = HTTPResponseEncoder.Configuration()
        encoder.automaticallySetFramingHeaders = false
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = shared.settings.headerLimit
        limits.maxHeaderFieldSize = shared.settings.headerLimit
        try pipeline.configureHTTPServerPipeline(
            position: .last, withPipeliningAssistance: true, withServerUpgrade: nil, withErrorHandling: false,
            withOutboundHeaderValidation: true, withEncoderConfiguration: encoder,
            withDecoderLimitConfiguration: limits)
        let connection = ConnectionHandler(server: shared, arrival: arrival)
        guard shared.add(connection) else { throw TooManyConnections() }
        try pipeline.addHandler(connection)
    }

    /// The channel is closed then.
    private struct TooManyConnections: Error {}

    /// Accepts no more, and waits until all that came in is answered.
    package func drain() {
        try? listener.close().wait()
        let shared = shared
        try? eventLoop.flatSubmit { shared.value.drain() }.wait()
    }
}
