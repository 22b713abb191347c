internal import SwiftProtobuf

// A process of exec is in the same states as a task, but there is none before it is started: it is `created` when Exec
// was accepted.
extension TaskState {
    package func checkExecKill() throws(TaskError) {
        switch self {
        case .created, .starting(nil): throw TaskError(.failedPrecondition, "process not created")
        default: try checkKill()
        }
    }

    /// Answers how it ended; nil when it was never started, and nothing is there to clear away.
    package mutating func beginExecDelete() throws(TaskError) -> ProcessExit? {
        guard case .created = self else { return try beginDelete() }
        self = .deleting(ProcessExit(pid: 0, status: 0, at: .init()))
        return nil
    }

    /// Whether a process may be added to the task whose state this is. Into one that waits for its start, too.
    package func checkExec() throws(TaskError) {
        switch self {
        case .created, .starting(nil), .running: return
        case .pausing, .paused, .resuming: throw TaskError(.failedPrecondition, "cannot exec in a paused container")
        case .starting, .stopped, .deleting:
            throw TaskError(.failedPrecondition, "cannot exec in a stopped container")
        case .creating: throw TaskError(.failedPrecondition, "container must be created")
        }
    }
}
