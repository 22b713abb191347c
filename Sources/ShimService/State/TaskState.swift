/// Where a process of a task is in its life: one mutating method per event, and nothing that acts.
///
/// ```
/// creating ─created─▶ created ─beginStart─▶ starting ─started─▶ running ◀─▶ pausing, paused, resuming
///                        │                     │                   │
///                        └───────exited────────┴───────────────────┴──▶ stopped ─beginDelete─▶ deleting
/// ```
/// An exit may come while the process is being created or started, from another thread. It waits for the answer of
/// that step, so that containerd never hears of an exit before it has heard of the start.
package enum TaskState: Sendable, Hashable {
    case creating(exit: ProcessExit?)
    case created
    case starting(exit: ProcessExit?)
    case running
    case pausing
    case paused
    case resuming
    case stopped(ProcessExit)
    case deleting(ProcessExit)

    /// How the process ended, once that is known to all.
    package var exit: ProcessExit? {
        switch self {
        case .stopped(let exit), .deleting(let exit): exit
        default: nil
        }
    }

    // MARK: Create

    /// The process stands. Answers the exit that came meanwhile: it is to be announced now.
    package mutating func created() -> ProcessExit? {
        guard case .creating(let exit) = self else { preconditionFailure("created while \(name)") }
        self = exit.map { .stopped($0) } ?? .created
        return exit
    }

    // MARK: Start

    package mutating func beginStart() throws(TaskError) {
        switch self {
        case .created: self = .starting(exit: nil)
        case .starting: throw refusal("a process that is being started can't be started again")
        case .running, .pausing, .resuming: throw refusal("cannot start a running process")
        case .paused: throw refusal("cannot start a paused process")
        case .stopped, .deleting: throw refusal("cannot start a stopped process")
        case .creating: throw notCreated
        }
    }

    /// The process runs. Answers the exit that came meanwhile: it is to be announced after the start.
    package mutating func started() -> ProcessExit? {
        guard case .starting(let exit) = self else { preconditionFailure("started while \(name)") }
        self = exit.map { .stopped($0) } ?? .running
        return exit
    }

    /// The process could not be made to run. Answers the exit that came meanwhile, which is to be announced; without
    /// one the process is still there, and its exit will come.
    package mutating func startFailed() -> ProcessExit? {
        guard case .starting(let exit) = self else { preconditionFailure("a start failed while \(name)") }
        self = exit.map { .stopped($0) } ?? .created
        return exit
    }

    // MARK: Pause and Resume

    package mutating func beginPause() throws(TaskError) {
        switch self {
        case .running: self = .pausing
        case .created, .starting: throw refusal("cannot pause task in created state")
        case .pausing, .paused: throw refusal("cannot pause a paused container")
        case .resuming: throw refusal("cannot pause a container that is being resumed")
        case .stopped, .deleting: throw refusal("cannot pause a stopped container")
        case .creating: throw notCreated
        }
    }

    package mutating func beginResume() throws(TaskError) {
        switch self {
        case .paused: self = .resuming
        case .created, .starting: throw refusal("cannot resume task in created state")
        case .running, .resuming: throw refusal("cannot resume a running process")
        case .pausing: throw refusal("cannot resume a container that is being paused")
        case .stopped, .deleting: throw refusal("cannot resume a stopped container")
        case .creating: throw notCreated
        }
    }

    /// A pause or resume has ended, well or not. A process that was killed meanwhile stays stopped.
    ///
    /// - Returns: whether the process is now as was asked.
    package mutating func settled(paused: Bool) -> Bool {
        switch self {
        case .pausing, .resuming:
            self = paused ? .paused : .running
            return true
        default: return false
        }
    }

    // MARK: Update, Kill, Delete

    package func checkUpdate() throws(TaskError) {
        switch self {
        case .stopped, .deleting: throw refusal("cannot update a stopped container")
        case .creating: throw notCreated
        default: return
        }
    }

    package func checkKill() throws(TaskError) {
        switch self {
        case .stopped, .deleting, .creating(.some), .starting(.some):
            throw TaskError(.notFound, "process already finished")
        case .creating: throw notCreated
        default: return
        }
    }

    package mutating func beginDelete() throws(TaskError) -> ProcessExit {
        switch self {
        case .stopped(let exit):
            self = .deleting(exit)
            return exit
        case .created: throw refusal("cannot delete a process that was created and has not ended; kill it first")
        case .starting: throw refusal("cannot delete a process that is being started")
        case .running, .pausing, .resuming: throw refusal("cannot delete a running process")
        case .paused: throw refusal("cannot delete a paused process")
        case .deleting: throw refusal("the process is being deleted already")
        case .creating: throw notCreated
        }
    }

    /// What Delete had to clear away could not be: it may be asked again.
    package mutating func deleteFailed() {
        guard case .deleting(let exit) = self else { preconditionFailure("a delete failed while \(name)") }
        self = .stopped(exit)
    }

    // MARK: Exit

    /// The process has ended. Answers whether that is to be announced now, rather than by the step under way.
    package mutating func exited(_ exit: ProcessExit) -> Bool {
        switch self {
        case .creating:
            self = .creating(exit: exit)
            return false
        case .starting:
            self = .starting(exit: exit)
            return false
        case .created, .running, .pausing, .paused, .resuming:
            self = .stopped(exit)
            return true
        case .stopped, .deleting:
            preconditionFailure("a process ended twice")
        }
    }

    private var notCreated: TaskError { refusal("container must be created") }

    private func refusal(_ message: String) -> TaskError {
        TaskError(.failedPrecondition, message)
    }

    private var name: String {
        switch self {
        case .creating: "creating"
        case .created: "created"
        case .starting: "starting"
        case .running: "running"
        case .pausing: "pausing"
        case .paused: "paused"
        case .resuming: "resuming"
        case .stopped: "stopped"
        case .deleting: "deleting"
        }
    }
}
