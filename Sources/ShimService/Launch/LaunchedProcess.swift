internal import Bundle
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCISpec
internal import Synchronization
internal import SystemPackage

/// Who a process belongs to: what is to be done for it as it is made and as it ends.
protocol LaunchedProcessOwner: AnyObject, Sendable {
    /// Whether `settle` may wait for something, which the reaper must not.
    var settlingMayBlock: Bool { get }
    /// The process has ended: does what comes before its announcement, and announces it. Once, and not before
    /// `LaunchedProcess.tellExit`.
    func settle(_ exit: ProcessExit)
    /// Why the process ended without a word, if that is known.
    func reasonOfSilence() -> TaskError?
}

/// A process that the engine makes or has made, a container's first or one of exec: what the shim holds of it, and how
/// that is given back.
final class LaunchedProcess: Sendable {
    struct Held: ~Copyable {
        var stdio: ContainerStdio?
        var console: ConsoleCopier?
        var control: ControlChannel?
        var handle: ProcessHandle?
        /// Whether the engine runs it, and not the kernel.
        var isGuest = false
        /// Whether exits are told to the owner.
        var tellsExit = false
        var exit: ProcessExit?
    }

    private let container: ContainerIdentity
    private let bundle: Bundle
    private let spec: Spec
    private let request: StdioRequest
    private let launcher: EngineLauncher
    private let held = Mutex(Held())
    private let ended = Monitored(false)

    init(
        of container: ContainerIdentity, bundle: Bundle, spec: Spec, stdio: StdioRequest, launcher: EngineLauncher
    ) {
        self.container = container
        self.bundle = bundle
        self.spec = spec
        request = stdio
        self.launcher = launcher
    }

    /// Nil before the process has started.
    var handle: ProcessHandle? { held.withLock { $0.handle } }

    /// Zero before the process has started.
    var pid: Int32 { handle?.descriptor.pid ?? 0 }

    var isGuest: Bool { held.withLock { $0.isGuest } }

    var hasTerminal: Bool { held.withLock { $0.console } != nil }

    // MARK: Launch

    /// Opens its streams, has the engine make it, and serves it until it waits for its start.
    ///
    /// - Parameters:
    ///   - process: what is to be run, found by `resolver`; without one it is parked.
    ///   - others: descriptors that go with the request beside those that all have; borrowed.
    ///   - fifoOwner: who the FIFOs that are opened are given to; 0 leaves them.
    ///   - begun: the control channel of a process that may wait for the request already.
    ///   - message: the request for what was found, with the roles of the descriptors that go with it.
    func launch(
        _ process: Process?, resolver: EntrypointResolver?, others: [(role: DescriptorRole, descriptor: Int32)] = [],
        fifoOwner: (uid: UInt32, gid: UInt32), begun: ControlChannel? = nil, for owner: any LaunchedProcessOwner,
        message: (Entrypoint, [DescriptorRole]) throws -> CreateRequest
    ) throws {
        let stdio = try StdioOpener(container: container, reaper: launcher.reaper, owner: fifoOwner).open(request)
        held.withLock { $0.stdio = stdio }
        let found = try FoundEntrypoint(process, resolver)
        held.withLock { $0.isGuest = found.isGuest }
        let ends = request.terminal ? nil : stdio.containerEnds()
        var sent = found.descriptors(others, streams: [ends?.stdin, ends?.stdout, ends?.stderr])
        defer { withExtendedLifetime(found) {} }
        try launcher.reaper.duringCreation {
            let conversation = conversation(stdio, owner)
            if let begun {
                let request = try message(found.entrypoint, sent.map(\.role))
                if try goOn(begun, request, descriptors: sent.map(\.descriptor), conversation, stdio) { return }
            }
            let (ours, theirs) = try MessageChannel.socketPair()
            let control = ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: ours)))
            let other = OwnedFileDescriptor(owning: theirs)
            sent.insert((.control, other.raw), at: 0)
            try launcher.engine.create(
                try message(found.entrypoint, sent.map(\.role)), descriptors: sent.map(\.descriptor))
            // From here on the container's processes alone hold the other end: when they are gone, the channel ends.
            _ = consume other
            if !request.terminal { stdio.handedOver() }
            try conversation.serve(control.channel)
            held.withLock { $0.control = control }
        }
    }

    /// Has a process that was begun go on.
    ///
    /// - Returns: whether it did; else there is nothing of it, and nothing was told of it.
    private func goOn(
        _ begun: ControlChannel, _ request: CreateRequest, descriptors: [Int32], _ conversation: LaunchConversation,
        _ stdio: ContainerStdio
    ) throws -> Bool {
        do {
            try begun.channel.send(ContainerCommand.create(request), descriptors: descriptors)
        } catch let error as SystemCallError where error.errno == .brokenPipe || error.errno == .connectionReset {
            return false
        }
        guard try conversation.serveBegun(begun.channel) else { return false }
        if !self.request.terminal { stdio.handedOver() }
        held.withLock { $0.control = begun }
        return true
    }

    private func conversation(_ stdio: ContainerStdio, _ owner: any LaunchedProcessOwner) -> LaunchConversation {
        LaunchConversation(
            id: container.id, bundle: bundle.path, spec: spec, hooks: launcher.hooks, logger: launcher.logger,
            initStarted: { [self] descriptor in
                let pid = descriptor.pid
                let handle = ProcessHandle(descriptor)
                held.withLock { $0.handle = handle }
                launcher.reaper.claim(pid) { [self] exit in hasEnded(exit, owner) }
            },
            console: { [self] master in
                let (stdin, stdout) = stdio.takeConsoleEnds()
                let copier = try ConsoleCopier(master: master, stdin: stdin, stdout: stdout)
                held.withLock { $0.console = copier }
            },
            reasonOfSilence: owner.reasonOfSilence)
    }

    /// Lets it run; answers when it does.
    func start() throws {
        guard let control = held.withLock({ $0.control }) else {
            throw TaskError(.failedPrecondition, "the process has been started already")
        }
        try StartConversation(id: container.id, bundle: bundle.path, spec: spec, pid: pid).serve(control) {
            try $0.send(ContainerCommand.start)
        }
        held.withLock { $0.control = nil }
    }

    // MARK: While it runs

    func signal(_ signal: Int32) throws {
        guard let handle else { throw TaskError(.failedPrecondition, "the process has not started yet") }
        do {
            try handle.descriptor.send(signal: signal)
        } catch {
            if error.errno == .noSuchProcess { throw TaskError(.notFound, "process already finished", cause: error) }
            throw error
        }
    }

    /// Changes what each memory of a guest may take, in bytes (nil: no limit). To be called once it is launched; nothing
    /// is done for a native process, which knows the cgroup's limit alone, and for one that has ended.
    func limitMemory(to limit: UInt64?) {
        guard isGuest, let handle else { return }
        try? handle.descriptor.send(memoryLimit: limit)
    }

    func closeStdin() { held.withLock { $0.stdio }?.closeStdin() }

    func resize(rows: UInt16, columns: UInt16) throws {
        try held.withLock { $0.console }?.resize(rows: rows, columns: columns)
    }

    // MARK: The end

    /// Has the exit told to the owner from now on; at once if it has come.
    func tellExit(to owner: any LaunchedProcessOwner) {
        let early = held.withLock { held in
            held.tellsExit = true
            return held.exit
        }
        if let early { owner.settle(early) }
    }

    /// The reaper has the exit; on its thread.
    private func hasEnded(_ exit: ProcessExit, _ owner: any LaunchedProcessOwner) {
        let isTold = held.withLock { held in
            held.exit = exit
            return held.tellsExit
        }
        ended.update { $0 = true }
        // One that is being made is told of by its making.
        guard isTold else { return }
        guard owner.settlingMayBlock else { return owner.settle(exit) }
        // What follows may wait, and the reaper must not.
        do {
            try DetachedThread.start("exit") { owner.settle(exit) }
        } catch {
            launcher.logger.error("no thread can be had", metadata: ["id": "\(container.id)", "error": "\(error)"])
            owner.settle(exit)
        }
    }

    /// It has ended: copies what its terminal still has to show.
    func drain() { held.withLock { $0.console }?.drain() }

    /// Ends it, if it was made, and waits until it is reaped, so that nobody hears of it later.
    ///
    /// - Returns: whether it was made.
    func end() -> Bool {
        held.withLock { $0.control = nil }
        guard let handle else { return false }
        // ESRCH: it has ended.
        try? handle.descriptor.send(signal: SIGKILL)
        _ = ended.wait { $0 ? true : nil }
        return true
    }

    /// Closes its streams, when it has ended. May be called again.
    func close() {
        let (console, stdio) = held.withLock { ($0.console.take(), $0.stdio.take()) }
        console?.drain()
        stdio?.close()
    }
}
