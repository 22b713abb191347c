internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOPosix
internal import Synchronization

// Design rule of this target: it knows HTTP and what wasi:http says of it, and no engine. Each connection is one event
// loop's; guests run on threads of their own (``WorkerPool``), and the two only speak through ``Exchange``.

/// Serves HTTP/1.1 and HTTP/2 until it is told to stop. To be made in the process that serves: it starts threads.
package final class HTTPServer {
    /// What all connections share.
    final class Common: Sendable {
        let settings: ServerSettings
        let pool: WorkerPool
        let figures: ServerFigures
        let record: (@Sendable (AccessRecord) -> Void)?
        let requests = Atomic<UInt64>(0)
        let connections = Atomic<Int>(0)

        init(
            _ settings: ServerSettings, pool: WorkerPool, figures: ServerFigures,
            record: (@Sendable (AccessRecord) -> Void)?
        ) {
            self.settings = settings
            self.pool = pool
            self.figures = figures
            self.record = record
        }
    }

    /// What the connections of one event loop share.
    final class Shared {
        private let common: Common
        let eventLoop: any EventLoop
        let bodies: CollectedBodies
        private var connections: [ObjectIdentifier: any Connection] = [:]
        private(set) var isDraining = false
        private let drained: EventLoopPromise<Void>

        /// - Parameter collectedBodies: bytes of bodies that may be collected by this event loop.
        init(_ common: Common, collectedBodies: Int, eventLoop: any EventLoop) {
            self.common = common
            self.eventLoop = eventLoop
            bodies = CollectedBodies(most: collectedBodies, eventLoop: eventLoop)
            drained = eventLoop.makePromise()
        }

        var settings: ServerSettings { common.settings }

        func nextNumber() -> UInt64 { common.requests.wrappingAdd(1, ordering: .relaxed).oldValue }

        var pool: WorkerPool { common.pool }

        func begin() { common.figures.begin() }

        func end(_ record: AccessRecord) {
            common.figures.end(status: record.status, seconds: record.seconds)
            common.record?(record)
        }

        var figuresText: String {
            common.figures.text(
                guests: common.pool.load, connections: common.connections.load(ordering: .relaxed))
        }

        func submit(_ exchange: Exchange) -> Bool { common.pool.submit(exchange) }

        /// - Returns: false if there are as many as may be.
        func add(_ connection: any Connection) -> Bool {
            guard !isDraining else { return false }
            guard common.connections.wrappingAdd(1, ordering: .relaxed).oldValue < settings.connections else {
                common.connections.wrappingSubtract(1, ordering: .relaxed)
                return false
            }
            connections[ObjectIdentifier(connection)] = connection
            return true
        }

        /// Counts a connection as another, which it goes on as.
        func replace(_ connection: any Connection, with other: any Connection) {
            connections[ObjectIdentifier(connection)] = nil
            connections[ObjectIdentifier(other)] = other
        }

        func remove(_ connection: any Connection) {
            guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            common.connections.wrappingSubtract(1, ordering: .relaxed)
            if isDraining, connections.isEmpty { drained.succeed() }
        }

        func drain() -> EventLoopFuture<Void> {
            isDraining = true
            for connection in Array(connections.values) { connection.drain() }
            if connections.isEmpty { drained.succeed() }
            return drained.futureResult
        }
    }

    /// Of each event loop.
    private let shared: [NIOLoopBound<Shared>]
    private let listener: any Channel
    private let metricsListener: (any Channel)?
    private let eventLoops: [any EventLoop]

    /// An address that can't be served at.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String

        init(_ address: ServerSettings.Address, _ cause: any Error) {
            description = "can't serve at \(address.host):\(address.port): \(cause)"
        }
    }

    /// Binds and accepts.
    ///
    /// - Parameters:
    ///   - figures: what is served at the port of the figures.
    ///   - record: takes each request's record, on an event loop, several at once; not to block.
    /// - Throws: ``Unavailable``.
    package init(
        _ settings: ServerSettings, on loops: EventLoops, pool: WorkerPool, figures: ServerFigures,
        record: (@Sendable (AccessRecord) -> Void)?
    ) throws {
        let eventLoops = loops.all
        self.eventLoops = eventLoops
        let common = Common(settings, pool: pool, figures: figures, record: record)
        let shared = try eventLoops.map { eventLoop in
            try eventLoop.submit {
                let shared = Shared(
                    common, collectedBodies: settings.collectedBodies / eventLoops.count, eventLoop: eventLoop)
                return NIOLoopBound(shared, eventLoop: eventLoop)
            }.wait()
        }
        self.shared = shared
        metricsListener = try settings.metrics.map { address in
            try Self.listen(at: address, eventLoops[0], children: eventLoops[0], backlog: 16) { channel in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                try pipeline.addHandler(MetricsHandler(server: shared[0].value))
            }
        }
        listener = try Self.listen(
            at: settings.address, eventLoops[0], children: loops.group, backlog: settings.backlog
        ) { channel in
            guard let index = eventLoops.firstIndex(where: { $0 === channel.eventLoop }) else { return }
            try Self.prepare(channel, shared[index].value)
        }
    }

    private static func listen(
        at address: ServerSettings.Address, _ eventLoop: any EventLoop, children: any EventLoopGroup, backlog: Int32,
        _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) throws -> any Channel {
        do {
            return try ServerBootstrap(group: eventLoop, childGroup: children)
                .serverChannelOption(.backlog, value: backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // All that wait are accepted at once.
                .serverChannelOption(.maxMessagesPerRead, value: 4096)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(
                    .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 1 << 18)
                )
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try prepare(channel) }
                }
                .bind(to: try SocketAddress(ipAddress: address.host, port: address.port)).wait()
        } catch {
            throw Unavailable(address, error)
        }
    }

    /// Where it listens.
    package var port: Int? { listener.localAddress?.port }

    private static func prepare(_ channel: any Channel, _ shared: Shared) throws {
        let choice = ProtocolChoice(server: shared)
        guard shared.add(choice) else { throw TooManyConnections() }
        try channel.pipeline.syncOperations.addHandler(choice)
    }

    /// Goes on in HTTP/1.
    static func serveFirst(_ channel: any Channel, _ shared: Shared) throws -> any Connection {
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
            position: .last, withPipeliningAssistance: false, withServerUpgrade: nil, withErrorHandling: false,
            // What a guest says is checked where it says it: see `FieldList`.
            withOutboundHeaderValidation: false, withEncoderConfiguration: encoder,
            withDecoderLimitConfiguration: limits)
        let connection = ConnectionHandler(server: shared, arrival: arrival)
        try pipeline.addHandler(connection)
        return connection
    }

    /// Goes on in HTTP/2.
    static func serveSecond(_ channel: any Channel, _ shared: Shared) throws -> any Connection {
        let pipeline = channel.pipeline.syncOperations
        let idle = TimeAmount.milliseconds(shared.settings.headerTimeout)
        let manager = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: idle, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: shared.settings.headerLimit),
            HTTP2Setting(parameter: .initialWindowSize, value: window),
        ]
        let connection = SecondConnection(server: shared)
        let bound = NIOLoopBound((server: shared, connection: connection), eventLoop: channel.eventLoop)
        // The kind of multiplexer that is a handler of its own goes with a delegate for frames, the other does not.
        try pipeline.addHandler(
            NIOHTTP2Handler(
                mode: .server, frameDelegate: connection, connectionConfiguration: configuration,
                streamConfiguration: NIOHTTP2Handler.StreamConfiguration()))
        try pipeline.addHandler(manager)
        let multiplexer = HTTP2StreamMultiplexer(
            mode: .server, channel: channel, targetWindowSize: window, outboundBufferSizeHighWatermark: window,
            outboundBufferSizeLowWatermark: window / 2
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                try pipeline.addHandler(ConnectionHandler(server: bound.value.server, arrival: nil))
                bound.value.connection.add(channel)
            }
        }
        try pipeline.addHandler(multiplexer)
        try pipeline.addHandler(connection)
        // It was active before: the time in which it is idle counts from now on.
        manager.channelActive(context: try pipeline.context(handler: manager))
        return connection
    }

    /// Requests of one connection at once.
    private static let streams = 100
    /// Bytes of one request's body, and of one response's, that are on their way.
    private static let window = 256 << 10

    /// The channel is closed then.
    private struct TooManyConnections: Error {}

    /// How long connections that have come to the kernel may take to be accepted.
    private static let lastCall = TimeAmount.milliseconds(50)
    /// How long a connection is read from before it is taken for idle.
    static let patience = TimeAmount.milliseconds(200)

    /// Accepts no more, and waits until all that came in is answered.
    package func drain() {
        try? eventLoops[0].scheduleTask(in: Self.lastCall) {}.futureResult.wait()
        // What has been accepted goes to its event loop and back before it is read from.
        try? listener.setOption(.autoRead, value: false).wait()
        for _ in 0..<3 {
            for eventLoop in eventLoops { try? eventLoop.submit {}.wait() }
        }
        try? listener.close().wait()
        let drains = zip(eventLoops, shared).map { eventLoop, shared in
            eventLoop.flatSubmit { shared.value.drain() }
        }
        for drain in drains { try? drain.wait() }
        try? metricsListener?.close().wait()
    }
}
