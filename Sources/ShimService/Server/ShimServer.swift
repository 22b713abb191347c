package import Bundle
internal import Cgroups
internal import ContainerdAPI
internal import Glibc
package import LinuxSystem
package import Logging
internal import NIOCore
internal import NIOPosix
internal import TTRPC

/// What a server is told by the `start` that forked it.
package struct ShimServerSettings: Sendable {
    /// containerd's namespace.
    package var namespace: String
    /// The container or the sandbox that it was started for, its bundle, and its configuration; nil for a sandbox, whose
    /// configuration comes with CreateSandbox.
    package var id: String
    package var bundle: Bundle
    package var config: LoadedConfig?
    /// The runtime's options.
    package var options: LaunchOptions
    /// Where events go; nil: nowhere.
    package var eventsAddress: String?
    /// The engine's executable.
    package var engine: String
    /// An engine that was started ahead; the server owns it.
    package var early: EngineProcess?
    package var configuration: ShimConfiguration

    package init(
        namespace: String, id: String, bundle: Bundle, config: LoadedConfig?, options: LaunchOptions,
        eventsAddress: String?, engine: String, early: EngineProcess?, configuration: ShimConfiguration
    ) {
        self.namespace = namespace
        self.id = id
        self.bundle = bundle
        self.config = config
        self.options = options
        self.eventsAddress = eventsAddress
        self.engine = engine
        self.early = early
        self.configuration = configuration
    }
}

/// The shim as a server: everything put together.
///
/// The calling thread becomes the one event loop, on which all RPCs and events run. Beside it stand the reaper's thread,
/// and, once they are needed, one for out-of-memory kills, one per terminal, and short-lived ones for what blocks.
package enum ShimServer {
    /// How long Shutdown waits for the last answers, and for the last events.
    private static let answerGrace: Duration = .milliseconds(500)
    private static let eventGrace: TimeAmount = .seconds(2)

    /// Serves until Shutdown finds no task left, or SIGTERM or SIGINT comes (`TerminationSignal`).
    ///
    /// - Parameters:
    ///   - socket: listening; owned from here on.
    ///   - socketPath: its file, which is removed at the end.
    ///   - serving: called once it serves, with the container prepared.
    /// - Throws: why it can't serve, before `serving` is called.
    package static func run(
        _ settings: ShimServerSettings, socket: consuming OwnedFileDescriptor, socketPath: String, logger: Logger,
        serving: @escaping @Sendable () -> Void
    ) throws {
        // Before the first thread.
        let signals = try Signals.terminationDescriptor().release()
        let reaper = ChildReaper()
        let engine = EngineClient(
            path: settings.engine, early: settings.early, settings: settings.configuration.engine, reaper: reaper,
            logger: logger)
        // Before anything else: the engine gets ready while containerd connects.
        do {
            try engine.prepare(bundle: settings.bundle.path)
        } catch {
            logger.error("the engine is not ready; Create will try again", metadata: ["error": "\(error)"])
        }
        let descriptor = socket.release()
        let failure = Monitored<(any Error)?>(nil)
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
            Task(executorPreference: EventLoopTaskExecutor(eventLoop)) {
                do {
                    try await serve(
                        settings, socket: descriptor, socketPath: socketPath, signals: signals, engine: engine,
                        reaper: reaper, logger: logger, on: eventLoop, serving: serving)
                } catch {
                    logger.critical("the shim can't serve", metadata: ["error": "\(error)"])
                    failure.update { $0 = error }
                }
                try? await BlockingWork.run("stop") { engine.stop() }
                eventLoop.shutdownGracefully { _ in }
            }
        }
        if let failure = failure.update({ $0 }) { throw failure }
    }

    private static func serve(
        _ settings: ShimServerSettings, socket: Int32, socketPath: String, signals: Int32, engine: EngineClient,
        reaper: ChildReaper, logger: Logger, on eventLoop: any EventLoop, serving: @Sendable () -> Void
    ) async throws {
        let publisher = EventPublisher(
            namespace: settings.namespace,
            forwarder: settings.eventsAddress.map { TTRPCEventForwarder(address: $0, eventLoop: eventLoop) }
                ?? NowhereForwarder(),
            logger: logger,
            pause: { try? await eventLoop.scheduleTask(in: TimeAmount($0)) {}.futureResult.get() })
        let launcher = EngineLauncher(
            engine: engine, reaper: reaper, node: try CgroupNode.detect(), shimBundle: settings.bundle,
            configuration: settings.configuration, logger: logger)
        if let config = settings.config { launcher.prepare(config, bundle: settings.bundle, id: settings.id) }
        defer { launcher.abandonPreparations() }

        let ended = eventLoop.makePromise(of: Void.self)
        let service = ShimTaskService(
            namespace: settings.namespace, launcher: launcher, publisher: publisher, logger: logger,
            shutDown: { ended.succeed() })
        let sandboxes = ShimSandboxService(
            namespace: settings.namespace, bundle: settings.bundle, options: settings.options,
            registry: service.registry, launcher: launcher, logger: logger, shutDown: { ended.succeed() })
        // A task takes no executor over from the one that makes it.
        let sending = Task(executorPreference: EventLoopTaskExecutor(eventLoop)) { await publisher.run() }
        let server: TTRPCServer
        do {
            server = try await TTRPCServer.start(
                adopting: socket, socketPath: socketPath, services: service.services + [sandboxes.service],
                on: eventLoop)
        } catch {
            ended.succeed()
            publisher.close()
            throw error
        }
        // Without this the shim serves all the same.
        do {
            try await TerminationSignal.watch(OwnedFileDescriptor(owning: signals), on: eventLoop) {
                logger.info("the shim was told to end")
                ended.succeed()
            }
        } catch {
            logger.warning("SIGTERM will be ignored", metadata: ["error": "\(error)"])
        }
        serving()
        try await ended.futureResult.get()

        await server.shutdown(grace: answerGrace)
        let timer = eventLoop.scheduleTask(in: eventGrace) { publisher.close() }
        await publisher.flush()
        timer.cancel()
        publisher.close()
        sending.cancel()
    }
}

/// For a shim that was told of no containerd.
private struct NowhereForwarder: EventForwarder {
    func forward(_ envelope: EventsEnvelope) async throws {}
}
