internal import Glibc
internal import LinuxSystem
internal import ShimService
internal import Synchronization

/// A process that this one waits for: it gets the signals that come here, and its terminal is copied to this one's.
package final class AttendedProcess: Sendable {
    private let process: WaitingProcess
    private let terminal: AttendedTerminal?

    /// Takes its terminal over.
    init(_ process: WaitingProcess) throws {
        self.process = process
        if let master = process.takeConsole() {
            terminal = try AttendedTerminal(owning: master)
        } else {
            terminal = nil
        }
    }

    package var pid: Int32 { process.pid }

    /// Waits for its end.
    ///
    /// - Parameter signals: what was blocked by `AttendedSignals.block`; they are handed on.
    /// - Returns: the exit code, or 128 and the signal's number.
    package func wait(_ signals: AttendedSignals) throws -> Int32 {
        let (process, terminal) = (process, terminal)
        try signals.forward { signal in
            if signal == SIGWINCH {
                terminal?.takeSize()
            } else {
                try? process.process.descriptor.send(signal: signal)
            }
        }
        guard let exit = process.end.wait({ $0 }) else { preconditionFailure("a wait without a time-out has none") }
        terminal?.end()
        return Int32(exit.status)
    }
}

/// The signals that are for the attended process.
package struct AttendedSignals: Sendable {
    private let set: sigset_t

    /// Keeps them from this process. To be called before the first other thread is started.
    package static func block() -> AttendedSignals {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [
            SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGWINCH, SIGTSTP,
        ] { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        return AttendedSignals(set: set)
    }

    /// Whether one of them has come and waits that ends programs: for what takes long before they are handed on.
    package static var askForTheEnd: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains { sigismember(&pending, $0) == 1 }
    }

    /// For what takes long before a process runs that they could be handed on to.
    ///
    /// - Throws: `RuntimeError` when one has come that ends programs.
    package static func expectNone() throws {
        guard !askForTheEnd else { throw RuntimeError(.wrongState, "interrupted before the program was started") }
    }

    /// Hands each that comes to `body`, on a thread of its own, until the process ends.
    package func forward(_ body: @escaping @Sendable (Int32) -> Void) throws {
        try DetachedThread.start("signals") {
            var (set, signal) = (self.set, Int32(0))
            while sigwait(&set, &signal) == 0 { body(signal) }
        }
    }
}
