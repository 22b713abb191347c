internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Reaps every child of the shim, which is the subreaper of its containers, on one thread, and tells each exit to
/// the one who claimed its pid.
///
/// Nothing else in the shim waits for a child: a wait elsewhere would lose a race against this one.
/// The thread starts with the first creation, blocks in wait(2), and sleeps while there are no children.
package final class ChildReaper: Sendable {
    /// What is called, on the reaper's thread or on the claimant's own when the exit was early. It must not block.
    package typealias Handler = @Sendable (ProcessExit) -> Void

    private struct State {
        var ledger = ExitLedger<Handler>()
        var isRunning = false
    }

    private let source: any ChildSource
    private let state = Mutex(State())
    /// Whether a claim came since the thread last looked.
    private let newClaim = Monitored(false)

    /// - Parameter source: where exits come from; tests have their own.
    package init(source: any ChildSource = SystemChildren()) {
        self.source = source
    }

    /// Makes a process: while `body` runs, exits that come before their claim are kept.
    ///
    /// - Parameter body: makes the process and claims its pid with `claim`.
    package func duringCreation<Value>(_ body: () throws -> Value) throws -> Value {
        try open()
        defer { close() }
        return try body()
    }

    /// Has the exit of `pid` told to `handler`, once. Only within `duringCreation`.
    package func claim(_ pid: Int32, _ handler: @escaping Handler) {
        let early = state.withLock { $0.ledger.claim(pid, handler) }
        newClaim.update { $0 = true }
        if let early { handler(early) }
    }

    private func open() throws(SystemCallError) {
        let starts = state.withLock { state in
            state.ledger.openCreation()
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return }
        do {
            try DetachedThread.start("reaper") { [self] in run() }
        } catch {
            state.withLock { $0.isRunning = false }
            close()
            throw error
        }
    }

    private func close() {
        state.withLock { $0.ledger.closeCreation() }
    }

    private func run() {
        while true {
            switch source.next() {
            case .exit(let exit):
                let handler = state.withLock { $0.ledger.exited(exit) }
                handler?(exit)
            case .noChildren:
                // A claimed process may not be ours yet: its parent, which is about to end, still is there, and
                // nothing tells when it goes. Else a claim tells that there is something to wait for.
                let claimed = state.withLock { $0.ledger.hasClaims }
                _ = newClaim.wait(timeout: claimed ? .milliseconds(20) : nil) { came in
                    defer { came = false }
                    return came ? true : nil
                }
            case .end:
                return
            }
        }
    }
}
