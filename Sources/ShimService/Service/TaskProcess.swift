internal import Synchronization

/// A process of a task: its state, and who waits for its end.
///
/// Events are published while the state's lock is held: that is what keeps them in order, and publishing only queues.
package final class TaskProcess: Sendable {
    private struct Guarded {
        var state = TaskState.creating(exit: nil)
        var waiters: [UInt64: CheckedContinuation<ProcessExit, any Error>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let guarded = Mutex(Guarded())
    /// Publishes the exit.
    private let announceExit: @Sendable (ProcessExit) -> Void

    package init(announceExit: @escaping @Sendable (ProcessExit) -> Void) {
        self.announceExit = announceExit
    }

    package var state: TaskState { guarded.withLock { $0.state } }

    /// The process stands.
    package func created(announce: () -> Void) {
        transition { state in
            announce()
            return state.created()
        }
    }

    package func beginStart() throws(TaskError) {
        try change { state throws(TaskError) in try state.beginStart() }
    }

    package func started(announce: () -> Void) {
        transition { state in
            announce()
            return state.started()
        }
    }

    package func startFailed() {
        transition { $0.startFailed() }
    }

    package func exited(_ exit: ProcessExit) {
        transition { $0.exited(exit) ? exit : nil }
    }

    /// Changes the state where that ends no process.
    package func change<Result>(_ body: (inout TaskState) throws(TaskError) -> Result) throws(TaskError) -> Result {
        try guarded.withLock { guarded throws(TaskError) in try body(&guarded.state) }
    }

    /// Changes the state; when that ends the process, announces the exit and tells those who wait.
    private func transition(_ body: (inout TaskState) -> ProcessExit?) {
        let (exit, waiters) = guarded.withLock { guarded in
            let exit = body(&guarded.state)
            guard let exit else { return (exit, [CheckedContinuation<ProcessExit, any Error>]()) }
            announceExit(exit)
            defer { guarded.waiters = [:] }
            return (exit, Array(guarded.waiters.values))
        }
        guard let exit else { return }
        for waiter in waiters { waiter.resume(returning: exit) }
    }

    /// Waits for the end of the process.
    ///
    /// - Throws: `CancellationError` when the caller's task is cancelled.
    package func waitForExit() async throws -> ProcessExit {
        let ticket = guarded.withLock { guarded in
            defer { guarded.nextWaiter += 1 }
            return guarded.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let exit = guarded.withLock { guarded -> ProcessExit? in
                    if let exit = guarded.state.exit { return exit }
                    guarded.waiters[ticket] = continuation
                    return nil
                }
                if let exit {
                    continuation.resume(returning: exit)
                } else if Task.isCancelled {
                    giveUp(ticket)
                }
            }
        } onCancel: {
            giveUp(ticket)
        }
    }

    /// It was deleted without having been started: nobody need wait for its end.
    package func discarded() {
        let waiters = guarded.withLock { guarded in
            defer { guarded.waiters = [:] }
            return Array(guarded.waiters.values)
        }
        for waiter in waiters {
            waiter.resume(throwing: TaskError(.notFound, "the process was deleted before it was started"))
        }
    }

    private func giveUp(_ ticket: UInt64) {
        guarded.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
    }
}
