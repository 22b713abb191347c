internal import Bundle
internal import Cgroups
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCISpec
internal import SwiftProtobuf
internal import Synchronization

extension LaunchedContainer {
    /// The rest of its processes, the end of those of exec, a terminal's output: each may have to be waited for.
    var settlingMayBlock: Bool {
        process.hasTerminal || !hasOwnPIDNamespace || runningExecs.update { $0 > 0 }
    }

    /// Does what comes between a process's end and its announcement: the rest of its processes are killed, a kill for
    /// want of memory is told first, the terminal's last output is copied, the ends of processes of exec are announced.
    func settle(_ exit: ProcessExit) {
        let watcher = held.withLock { $0.oomWatcher }
        if !hasOwnPIDNamespace {
            do {
                try cgroup.kill(signal: SIGKILL)
            } catch {
                launcher.logger.error(
                    "the container's other processes can't be killed", metadata: ["id": "\(id)", "error": "\(error)"])
            }
        }
        if watcher?.didOOM(wasKilled: exit.status == 128 + UInt32(SIGKILL)) == true {
            observer.containerRanOutOfMemory()
        }
        process.drain()
        // They have ended with it; a terminal's reader that stalls, and one that is being made, delay it no longer.
        _ = runningExecs.wait(timeout: ConsoleCopier.drainTimeout * 2) { $0 == 0 ? true : nil }
        do {
            try bundle.write(
                ExitRecord(
                    pid: exit.pid, status: exit.status, seconds: exit.at.seconds, nanoseconds: exit.at.nanos))
        } catch {
            launcher.logger.warning("an exit can't be recorded", metadata: ["id": "\(id)", "error": "\(error)"])
        }
        observer.containerExited(exit)
    }

    func remove() throws {
        try RolledBack.throwAny(giveBack())
        launcher.hooks.runAll(spec.hooks?.poststop, stage: "poststop", state: state(.stopped))
    }

    func abandon() {
        for failure in rollBack() {
            launcher.logger.error("a container is left behind", metadata: ["id": "\(id)", "error": "\(failure)"])
        }
    }

    /// Undoes what of the launch was done: kills the processes, and gives everything back.
    ///
    /// - Returns: what went wrong with that.
    func rollBack() -> [any Error] {
        var failures: [any Error] = []
        if held.withLock({ $0.cgroupIsMade }) {
            collect(&failures) { try cgroup.kill(signal: SIGKILL) }
        }
        let hadProcess = process.end()
        failures += giveBack()
        if hadProcess { launcher.hooks.runAll(spec.hooks?.poststop, stage: "poststop", state: state(.stopped)) }
        return failures
    }

    /// Gives back everything that is held, the last first. What fails stays held, so that it may be tried again.
    private func giveBack() -> [any Error] {
        var failures: [any Error] = []
        if let token = held.withLock({ $0.oomToken.take() }) { launcher.oom.remove(token) }
        held.withLock { $0.oomWatcher = nil }
        process.close()
        for exec in held.withLock({ $0.execs.values.map { $0 } }) { exec.abandon() }
        if held.withLock({ $0.cgroupIsMade }) {
            collect(&failures) {
                try cgroup.remove()
                held.withLock { $0.cgroupIsMade = false }
            }
        }
        if held.withLock({ $0.rootfsIsMounted }) {
            collect(&failures) {
                try RootfsMounts.unmountAll(at: rootfs)
                held.withLock { $0.rootfsIsMounted = false }
            }
        }
        if failures.isEmpty {
            for file in [Bundle.File.initPid, .exitRecord, .cgroup] {
                collect(&failures) { try bundle.remove(file) }
            }
            if isMember { collect(&failures) { try launcher.shimBundle.removeMember(id) } }
        }
        return failures
    }

    private func collect(_ failures: inout [any Error], _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            failures.append(error)
        }
    }
}
