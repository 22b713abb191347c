package import NIOCore
internal import NIOPosix

/// A ttrpc server on a Unix socket.
///
/// It lives on one event loop: accepting, framing and the handlers' tasks all run on that loop's thread, so a process
/// that serves needs no other thread. Calls on one connection run at the same time, and are answered in the order in
/// which they end. A peer that goes away has its calls cancelled; one that only shuts its sending side down gets its
/// answers first. It serves until `shutdown` or the end of its loop, whether or not somebody holds it.
package final class TTRPCServer: Sendable {
    /// Limits; the defaults suit a shim.
    package struct Configuration: Sendable {
        /// Calls at once on one connection; more are answered ResourceExhausted. Waiting calls count, so this is no
        /// small number.
        package var maximumCallsPerConnection = 4096
        /// Unsent bytes of answers at which no more requests are read from that connection.
        package var pendingBytesHighWatermark = 256 << 10
        /// Connections that the kernel holds until they are accepted.
        package var backlog: CInt = 128

        /// The defaults.
        package init() {}
    }

    private let channel: any Channel
    private let connections: NIOLoopBound<ServerConnections>
    private let socketFile: SocketFile?

    private init(channel: any Channel, connections: NIOLoopBound<ServerConnections>, socketFile: SocketFile?) {
        self.channel = channel
        self.connections = connections
        self.socketFile = socketFile
    }

    /// Serves on a socket that listens already, and owns it from here on, also when this throws.
    ///
    /// - Parameters:
    ///   - socket: A listening Unix stream socket.
    ///   - socketPath: The socket's file, removed at shutdown if it is still the same file; nil leaves it there.
    ///   - services: What is served. Two services of one name trap.
    ///   - eventLoop: The loop that everything runs on.
    /// - Throws: `TTRPCError` `.listenFailed` when the descriptor is no listening socket.
    package static func start(
        adopting socket: CInt, socketPath: String? = nil, services: [TTRPCService], on eventLoop: any EventLoop,
        configuration: Configuration = Configuration()
    ) async throws -> TTRPCServer {
        let adopted = UnixSocket(adopting: socket)
        try adopted.checkListening()
        return try await self.start(
            adopted, socketFile: socketPath.flatMap { SocketFile(path: $0) }, services: services, on: eventLoop,
            configuration: configuration)
    }

    /// Binds the address and serves there. A socket file that this makes is removed at shutdown; one that is in the
    /// way is not touched, and is an error.
    ///
    /// - Parameters:
    ///   - address: `/path`, `unix:///path`, or an abstract `@name`.
    ///   - services: What is served. Two services of one name trap.
    ///   - eventLoop: The loop that everything runs on.
    /// - Throws: `TTRPCError` `.invalidAddress` or `.listenFailed`; both name the address.
    package static func start(
        at address: String, services: [TTRPCService], on eventLoop: any EventLoop,
        configuration: Configuration = Configuration()
    ) async throws -> TTRPCServer {
        let address = try UnixAddress(address)
        let socket = try UnixSocket.listening(at: address, backlog: configuration.backlog)
        return try await self.start(
            socket, socketFile: address.path.flatMap { SocketFile(path: $0) }, services: services, on: eventLoop,
            configuration: configuration)
    }

    private static func start(
        _ socket: consuming UnixSocket, socketFile: SocketFile?, services: [TTRPCService], on eventLoop: any EventLoop,
        configuration: Configuration
    ) async throws -> TTRPCServer {
        let registry = ServiceRegistry(services)
        let executor = EventLoopTaskExecutor(eventLoop)
        let connections = try await eventLoop.submit {
            NIOLoopBound(ServerConnections(on: eventLoop), eventLoop: eventLoop)
        }.get()
        let high = configuration.pendingBytesHighWatermark
        let bootstrap = ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: configuration.backlog)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: high / 4, high: high))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let machine = ServerConnectionMachine(
                        registry: registry, maximumCalls: configuration.maximumCallsPerConnection)
                    let handler = ServerConnectionHandler(machine: machine, executor: executor) {
                        connections.value.remove($0)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                    connections.value.add(handler)
                }
            }
        let channel = try await bootstrap.withBoundSocket(socket.release()).get()
        return TTRPCServer(channel: channel, connections: connections, socketFile: socketFile)
    }

    /// Stops accepting, removes the socket's file, lets the calls under way finish within the grace, then closes every
    /// connection and cancels what still runs. Returns when all are closed; may be called more than once.
    ///
    /// A handler that awaits this counts as a call under way, and so waits for the whole grace: it should leave it to
    /// another task.
    package func shutdown(grace: Duration) async {
        self.socketFile?.remove()
        let connections = self.connections
        let channel = self.channel
        let finished = channel.eventLoop.flatSubmit {
            channel.close(promise: nil)
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(grace)) {
                connections.value.closeAll()
            }
            return connections.value.drain().always { _ in timer.cancel() }
        }
        // The future never fails; only a loop that is shut down fails it, and then every connection is closed too.
        _ = try? await finished.get()
    }
}
