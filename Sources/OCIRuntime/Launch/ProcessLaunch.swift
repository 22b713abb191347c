internal import Bundle
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import ShimService
internal import Synchronization
internal import SystemPackage

/// Has the engine make a process, a container's first or one of exec, up to its start.
struct ProcessLaunch {
    let runtime: Runtime
    let record: ContainerRecord
    let spec: Spec
    let streams: ProcessStreams

    /// - Parameters:
    ///   - annotations: of the container, if the process is its first.
    ///   - others: descriptors that go with the request beside those that all have; borrowed.
    ///   - message: the request for what was found.
    /// - Throws: why not; the process is gone then, if it was made.
    func run(
        _ process: Process?, resolver: EntrypointResolver,
        annotations: [String: String]? = nil, others: [(role: DescriptorRole, descriptor: Int32)] = [],
        reasonOfSilence: @escaping () -> TaskError? = { nil },
        message: (Entrypoint, [DescriptorRole]) throws -> CreateRequest
    ) throws -> WaitingProcess {
        let hasTerminal = process?.terminal ?? false
        try streams.check(terminal: hasTerminal)
        let found = try FoundEntrypoint(process, resolver, annotations: annotations)
        let inherited = streams.inherited
        guard !found.isGuest || inherited.preserved == 0 else {
            throw RuntimeError(
                .invalidArgument,
                "--preserve-fds \(inherited.preserved): a module can't be given descriptors, as WASI has no way to",
                remedy: "leave it out, or give the module a folder by a mount")
        }
        var sent = found.descriptors(others, streams: hasTerminal ? [] : streams.standard)
        if !found.isGuest { sent += inherited.numbers.map { (.preserved, $0) } }
        let engine = runtime.newEngine()
        defer {
            engine.stop()
            withExtendedLifetime(found) {}
        }
        let (ours, theirs) = try MessageChannel.socketPair()
        let control = ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: ours)))
        var other: HeldDescriptor? = HeldDescriptor(OwnedFileDescriptor(owning: theirs))
        sent.insert((.control, theirs), at: 0)
        let started = Mutex<ProcessHandle?>(nil)
        let console = Mutex<Int32?>(nil)
        let end = Monitored<ProcessExit?>(nil)
        do {
            try runtime.reaper.duringCreation {
                var request = try message(found.entrypoint, sent.map(\.role))
                if !found.isGuest { request.options.environment = inherited.environment }
                try engine.create(request, descriptors: sent.map(\.descriptor))
                inherited.close()
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
        return WaitingProcess(
            control: control, process: process, isGuest: found.isGuest, end: end, console: console.withLock { $0 })
    }
}
