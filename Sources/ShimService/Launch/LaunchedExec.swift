internal import Bundle
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import Synchronization

/// A process of exec that the engine makes or has made: it and what the shim holds of it.
final class LaunchedExec: ProcessControl, LaunchedProcessOwner {
    private let request: ExecLaunchRequest
    private let container: LaunchedContainer
    private let process: LaunchedProcess
    private let exited: @Sendable (ProcessExit) -> Void

    init(
        _ request: ExecLaunchRequest, in container: LaunchedContainer, exited: @escaping @Sendable (ProcessExit) -> Void
    ) {
        self.request = request
        self.container = container
        self.exited = exited
        process = LaunchedProcess(
            of: container.request.identity, bundle: container.bundle, spec: container.spec, stdio: request.stdio,
            launcher: container.launcher)
    }

    var pid: Int32 { process.pid }

    /// Makes the process, and lets it run.
    ///
    /// Its module is looked up as the container has it now: from the root of its first process, over all that is
    /// mounted there, and no link leads out of it.
    func launch() throws {
        guard let containerInit = container.process.handle else {
            throw TaskError(.failedPrecondition, "the container has no process yet")
        }
        let path = "/proc/\(containerInit.descriptor.pid)/root"
        let root = HeldDescriptor(try openFile(path, OpenFlag.path | O_DIRECTORY))
        // Only then it is sure whose root was opened.
        if try containerInit.descriptor.waitForEnd(milliseconds: 0) {
            throw TaskError(.failedPrecondition, "cannot exec in a stopped container")
        }
        let updates = container.held.withLock { $0.memoryUpdates }
        let place = root.descriptor.raw
        let target = ExecTarget(process: request.process, initPid: containerInit.descriptor.pid)
        try process.launch(
            request.process,
            resolver: EntrypointResolver(bundle: container.bundle, rootfs: "/proc/self/fd/\(place)", mounts: []),
            others: [(.containerInit, containerInit.descriptor.raw), (.root, place)],
            fifoOwner: (container.request.options.ioUID, container.request.options.ioGID), for: self
        ) { [container] entrypoint, descriptors in
            try container.engineRequest(entrypoint, descriptors, exec: target)
        }
        withExtendedLifetime(root) {}
        try process.start()
        let isUpdated = container.held.withLock { held in
            held.execs[request.id] = self
            return held.memoryUpdates != updates
        }
        if isUpdated { limitMemory(to: try container.guestMemoryLimit()) }
        process.tellExit(to: self)
    }

    func signal(_ signal: Int32, all: Bool) throws { try process.signal(signal) }

    func closeStdin() { process.closeStdin() }

    func resize(rows: UInt16, columns: UInt16) throws { try process.resize(rows: rows, columns: columns) }

    /// See `LaunchedProcess.limitMemory`.
    func limitMemory(to limit: UInt64?) { process.limitMemory(to: limit) }

    func remove() throws {
        process.close()
        forget()
    }

    /// Ends it, if it is there, and gives everything back.
    func abandon() {
        _ = process.end()
        process.close()
        forget()
    }

    private func forget() {
        container.held.withLock { _ = $0.execs.removeValue(forKey: request.id) }
    }

    // MARK: Its end

    var settlingMayBlock: Bool { process.hasTerminal }

    func settle(_ exit: ProcessExit) {
        process.drain()
        exited(exit)
        container.runningExecs.update { $0 -= 1 }
    }

    func reasonOfSilence() -> TaskError? { container.reasonOfSilence() }
}
