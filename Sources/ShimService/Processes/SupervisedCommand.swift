internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// A program that the shim started and keeps an eye on; reaped by the `ChildReaper`.
package final class SupervisedCommand: Sendable {
    package let pid: Int32
    /// nil when it had ended before it could be had.
    private let process: ProcessHandle?
    private let ended = Monitored<ProcessExit?>(nil)

    /// Starts it.
    ///
    /// - Parameter onExit: called on the reaper's thread; it must not block.
    /// - Throws: `SystemCallError`: it could not be started, and nothing of it is left.
    package convenience init(
        _ command: ChildProcess, reaper: ChildReaper, onExit: @escaping @Sendable (ProcessExit) -> Void = { _ in }
    ) throws {
        try self.init(starting: { try command.spawn() }, reaper: reaper, onExit: onExit)
    }

    /// Takes a process over that `start` starts, or has started before the reaper began to reap; answers its pid.
    package init(
        starting start: () throws -> Int32, reaper: ChildReaper,
        onExit: @escaping @Sendable (ProcessExit) -> Void = { _ in }
    ) throws {
        let ended = ended
        (pid, process) = try reaper.duringCreation {
            let pid = try start()
            let process = try? ProcessHandle(ProcessDescriptor(pid: pid))
            reaper.claim(pid) { exit in
                ended.update { $0 = exit }
                onExit(exit)
            }
            return (pid, process)
        }
    }

    /// Sends a signal; a process that has ended gets none.
    package func send(signal: Int32) {
        // Only ESRCH can come of it: the process is our child, and the signals are constants.
        try? process?.descriptor.send(signal: signal)
    }

    /// Blocks until it has ended.
    ///
    /// - Returns: nil when it has not ended in that time.
    package func wait(timeout: Duration? = nil) -> ProcessExit? {
        ended.wait(timeout: timeout) { $0 }
    }

    /// Has it end: lets it go by itself for a while, then asks with SIGTERM, then kills it. Blocks until it is gone.
    package func end(byItself: Duration, afterTermination: Duration) {
        if wait(timeout: byItself) != nil { return }
        send(signal: SIGTERM)
        if wait(timeout: afterTermination) != nil { return }
        send(signal: SIGKILL)
        _ = wait()
    }
}
