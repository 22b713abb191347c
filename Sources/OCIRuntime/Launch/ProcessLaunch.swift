internal import Bundle
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import ShimService
internal import Synchronization
internal import SystemPackage

/// Where a process's streams come from.
package struct ProcessStreams: Sendable {
    /// The process's 0, 1 and 2, borrowed; nil is the null device. Not used with a terminal.
    package var standard: [Int32?]
    /// A socket that is given the master of the process's terminal.
    package var consoleSocket: String?
    /// Whether this process stays, reaps the new one, and takes the master itself if there is no socket for it.
    package var isAttended: Bool

    package init(standard: [Int32?] = Self.own(), consoleSocket: String? = nil, isAttended: Bool = false) {
        self.standard = standard
        self.consoleSocket = consoleSocket
        self.isAttended = isAttended
    }

    /// This process's own.
    package static func own() -> [Int32?] {
        (Int32(0)...2).map { fcntl($0, F_GETFD) < 0 ? nil : $0 }
    }

    /// Checks that there is somebody for the master.
    func check(terminal: Bool) throws(RuntimeError) {
        if terminal, consoleSocket == nil, !isAttended {
            throw RuntimeError(
                .invalidArgument, "process.terminal is true, and there is nobody to take the terminal",
                remedy: "name a socket with --console-socket, or do not detach")
        }
        if !terminal, consoleSocket != nil {
            throw RuntimeError(
                .invalidArgument, "--console-socket is given, and process.terminal is not true",
                remedy: "set process.terminal, or leave the socket out")
        }
    }
}

/// This runtime's end of a process's control channel.
final class HeldChannel: Sendable {
    let channel: MessageChannel

    init(_ channel: consuming MessageChannel) {
        self.channel = channel
    }
}

/// A process that waits for its start.
final class LaunchedProcess: Sendable {
    let control: HeldChannel
    let process: ProcessHandle
    let isGuest: Bool
    /// Told of its end, if this process attends to it.
    let end: Monitored<ProcessExit?>
    let console: Mutex<Int32?>

    fileprivate init(
        control: HeldChannel, process: ProcessHandle, isGuest: Bool, end: Monitored<ProcessExit?>,
        console: Int32?
    ) {
        self.control = control
        self.process = process
        self.isGuest = isGuest
        self.end = end
        self.console = Mutex(console)
    }

    var pid: Int32 { process.descriptor.pid }

    /// The master of its terminal; the caller owns it.
    func takeConsole() -> Int32? { console.withLock { $0.take() } }

    deinit {
        if let raw = console.withLock({ $0 }) { _ = close(raw) }
    }
}

/// Has the engine make a process, a container's first or one of exec, up to its start.
struct ProcessLaunch {
    let runtime: Runtime
    let record: ContainerRecord
    let spec: Spec
    let streams: ProcessStreams

    /// - Parameters:
    ///   - others: descriptors that go with the request beside those that all have; borrowed.
    ///   - message: the request for what was found.
    /// - Throws: why not; the process is gone then, if it was made.
    func run(
        _ process: Process?, resolver: EntrypointResolver,
        others: [(role: DescriptorRole, descriptor: Int32)] = [], reasonOfSilence: @escaping () -> TaskError? = { nil },
        message: (Entrypoint, [DescriptorRole]) throws -> CreateRequest
    ) throws -> LaunchedProcess {
        let hasTerminal = process?.terminal ?? false
        try streams.check(terminal: hasTerminal)
        let (entrypoint, module) = try Self.resolve(process, resolver)
        var sent = others
        if let module { sent.append((.module, module.descriptor.raw)) }
        if !hasTerminal {
            for (role, stream) in zip([DescriptorRole.stdin, .stdout, .stderr], streams.standard) {
                if let stream { sent.append((role, stream)) }
            }
        }
        let engine = runtime.newEngine()
        defer {
            engine.stop()
            withExtendedLifetime(module) {}
        }
        let (ours, theirs) = try MessageChannel.socketPair()
        let control = HeldChannel(MessageChannel(owning: OwnedFileDescriptor(owning: ours)))
        var other: HeldDescriptor? = HeldDescriptor(OwnedFileDescriptor(owning: theirs))
        sent.insert((.control, theirs), at: 0)
        let started = Mutex<ProcessHandle?>(nil)
        let console = Mutex<Int32?>(nil)
        let end = Monitored<ProcessExit?>(nil)
        do {
            try runtime.reaper.duringCreation {
                try engine.create(try message(entrypoint, sent.map(\.role)), descriptors: sent.map(\.descriptor))
                // From here on the process alone holds the other end: when it is gone, the channel ends.
                withExtendedLifetime(other) {}
                other = nil
                let conversation = LaunchConversation(
                    id: record.id, bundle: record.bundle, spec: spec, hooks: runtime.hooks, logger: runtime.logger,
                    initStarted: { descriptor in
                        let pid = descriptor.pid
                        let handle = ProcessHandle(descriptor)
                        started.withLock { $0 = handle }
                        guard streams.isAttended else { return }
                        runtime.reaper.claim(pid) { exit in end.update { $0 = exit } }
                    },
                    console: { master in
                        if let socket = streams.consoleSocket { return try ConsoleSocket.send(master.raw, to: socket) }
                        let raw = master.release()
                        console.withLock { $0 = raw }
                    }, reasonOfSilence: { reasonOfSilence() ?? engine.failure })
                try conversation.serve(control.channel)
            }
        } catch {
            if let process = started.withLock({ $0 }) {
                try? process.descriptor.send(signal: SIGKILL)
                _ = try? process.descriptor.waitForEnd()
            }
            if let raw = console.withLock({ $0 }) { _ = close(raw) }
            throw error
        }
        guard let process = started.withLock({ $0 }) else { preconditionFailure("created, and never started") }
        return LaunchedProcess(
            control: control, process: process, isGuest: module != nil, end: end, console: console.withLock { $0 })
    }

    private static func resolve(
        _ process: Process?, _ resolver: EntrypointResolver
    ) throws -> (Entrypoint, module: HeldDescriptor?) {
        switch try resolver.resolve(process) {
        case .native: return (.native, nil)
        case .wasm(let found):
            let entrypoint = Entrypoint.wasm(path: found.path, function: found.function)
            return (entrypoint, HeldDescriptor(OwnedFileDescriptor(owning: found.releaseFile())))
        }
    }
}
