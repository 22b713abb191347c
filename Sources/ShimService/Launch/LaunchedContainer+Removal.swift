internal import Bundle
internal import Cgroups
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCISpec
internal import SwiftProtobuf
internal import Synchronization

extension LaunchedContainer {
    /// The reaper has the init process's exit; on its thread.
    func initEnded(_ exit: ProcessExit) {
        let (isCreated, console) = held.withLock { held in
            held.exit = exit
            return (held.isCreated, held.console)
        }
        ended.update { $0 = true }
        // One that is being created is told of by the creation.
        guard isCreated else { return }
        if console == nil && hasOwnPIDNamespace { return settle(exit) }
        // What follows may wait, and the reaper must not.
        do {
            try DetachedThread.start("exit") { [self] in settle(exit) }
        } catch {
            launcher.logger.error("no thread can be had", metadata: ["id": "\(id)", "error": "\(error)"])
            settle(exit)
        }
    }

    /// Does what comes between a process's end and its announcement: the rest of its processes are killed, a kill for
    /// want of memory is told first, the terminal's last output is copied.
    func settle(_ exit: ProcessExit) {
        let (watcher, console) = held.withLock { ($0.oomWatcher, $0.console) }
        if !hasOwnPIDNamespace {
            do {
                try cgroup.kill(signal: SIGKILL)
            } catch {
                launcher.logger.error(
                    "the container's other processes can't be killed", metadata: ["id": "\(id)", "error": "\(error)"])
            }
        }
        if watcher?.didOOM() == true { observer.containerRanOutOfMemory() }
        console?.drain()
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
        let (process, cgroupIsMade) = held.withLock { ($0.process, $0.cgroupIsMade) }
        held.withLock { $0.control = nil }
        var failures: [any Error] = []
        if cgroupIsMade {
            collect(&failures) { try cgroup.kill(signal: SIGKILL) }
        }
        if let process {
            // ESRCH: it has ended. Its exit is waited for, so that nobody hears of it later.
            try? process.descriptor.send(signal: SIGKILL)
            _ = ended.wait { $0 ? true : nil }
        }
        failures += giveBack()
        let hadProcess = process != nil
        if hadProcess { launcher.hooks.runAll(spec.hooks?.poststop, stage: "poststop", state: state(.stopped)) }
        return failures
    }

    /// Gives back everything that is held, the last first. What fails stays held, so that it may be tried again.
    private func giveBack() -> [any Error] {
        var failures: [any Error] = []
        if let token = held.withLock({ $0.oomToken.take() }) { launcher.oom.remove(token) }
        held.withLock { $0.oomWatcher = nil }
        let (console, stdio) = held.withLock { ($0.console.take(), $0.stdio.take()) }
        console?.drain()
        stdio?.close()
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
