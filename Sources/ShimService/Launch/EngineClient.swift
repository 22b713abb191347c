package import EngineProtocol
internal import Glibc
internal import LinuxSystem
package import Logging
internal import SystemPackage

/// The engine of this shim: one process, started at once, from which the containers are forked.
///
/// Running containers do not need it: when it was killed they go on, and the next Create starts another.
package final class EngineClient: Sendable {
    private final class Engine: Sendable {
        let command: SupervisedCommand
        let channel: MessageChannel

        init(command: SupervisedCommand, channel: consuming MessageChannel) {
            self.command = command
            self.channel = channel
        }

        var hasEnded: Bool { command.wait(timeout: .zero) != nil }
    }

    private let path: String
    private let settings: EngineSettings
    private let reaper: ChildReaper
    private let logger: Logger
    /// One message is sent at a time, and one engine started.
    private let engine = Monitored<Engine?>(nil)
    /// One that was started before this client; taken over by the first request.
    private let early: Monitored<EngineProcess?>

    /// - Parameters:
    ///   - path: of the engine's executable.
    ///   - early: an engine that runs already; owned from here on.
    package init(
        path: String, early: EngineProcess? = nil, settings: EngineSettings, reaper: ChildReaper, logger: Logger
    ) {
        self.early = Monitored(early)
        self.path = path
        self.settings = settings
        self.reaper = reaper
        self.logger = logger
    }

    /// Starts the engine ahead of its first use, and has it read a bundle whose Create is expected.
    package func prepare(bundle: String) throws {
        try send(.prepare(PrepareRequest(bundle: bundle)))
    }

    /// Has a container begun whose Create is expected.
    ///
    /// - Parameter control: the container's end of its control channel; borrowed.
    func begin(_ request: BeginRequest, control: Int32) throws {
        try send(.begin(request), descriptors: [control])
    }

    /// Asks for a container. What becomes of it is said on its control channel.
    ///
    /// - Parameter descriptors: as `request.descriptors` names them; borrowed.
    package func create(_ request: CreateRequest, descriptors: [Int32]) throws {
        try send(.create(request), descriptors: descriptors)
    }

    /// Why the engine has gone; nil while it is there.
    package var failure: TaskError? {
        guard let exit = engine.update({ $0 })?.command.wait(timeout: .milliseconds(100)) else { return nil }
        return TaskError(.unavailable, "the engine (\(path)) ended with status \(exit.status)")
    }

    /// Ends the engine, and waits until it is gone. Containers that run are left alone.
    package func stop() {
        let last = engine.update { engine in
            defer { engine = nil }
            return engine
        }
        guard let last else { return }
        // It ends by itself when its socket has no other end; but this is no time for patience.
        last.command.send(signal: SIGKILL)
        _ = last.command.wait()
    }

    private func send(_ request: EngineRequest, descriptors: [Int32] = []) throws {
        try engine.update { engine in
            if let current = engine, !current.hasEnded {
                do {
                    return try current.channel.send(request, descriptors: descriptors)
                } catch let error as SystemCallError where error.errno == .brokenPipe {
                    logger.warning("the engine has gone; another is started")
                }
            }
            engine = nil
            let new = try startEngine()
            engine = new
            do {
                try new.channel.send(request, descriptors: descriptors)
            } catch {
                let end = new.command.wait(timeout: .milliseconds(100)).map { " (it ended with status \($0.status))" }
                throw TaskError(.unavailable, "the engine (\(path)) takes no requests\(end ?? "")", cause: error)
            }
        }
    }

    private func startEngine() throws -> Engine {
        let early = early.update { early in
            defer { early = nil }
            return early
        }
        var socket = early?.socket
        let logger = logger
        let command: SupervisedCommand
        do {
            command = try SupervisedCommand(
                starting: {
                    if let early { return early.pid }
                    let process = try EngineProcess.start(path: path, log: STDERR_FILENO)
                    socket = process.socket
                    return process.pid
                }, reaper: reaper
            ) { exit in
                logger.debug("the engine has ended", metadata: ["status": "\(exit.status)"])
            }
        } catch {
            throw TaskError(.unavailable, "the engine can't be started", cause: error)
        }
        guard let socket else { preconditionFailure("an engine without a socket") }
        let engine = Engine(command: command, channel: MessageChannel(owning: OwnedFileDescriptor(owning: socket)))
        try engine.channel.send(EngineRequest.configure(settings))
        return engine
    }
}
