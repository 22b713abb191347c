internal import Glibc

/// What waiting for any child comes to.
package enum ChildEvent: Sendable {
    case exit(ProcessExit)
    /// There is no child at all (ECHILD).
    case noChildren
    /// Nothing will ever come: for tests.
    case end
}

/// Where the reaper learns of exits.
package protocol ChildSource: Sendable {
    /// Blocks until a child has ended or there is none.
    func next() -> ChildEvent
}

/// The children of this process.
package struct SystemChildren: ChildSource {
    package init() {}

    package func next() -> ChildEvent {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, 0)
            if pid > 0 { return .exit(ProcessExit(pid: pid, waitStatus: status)) }
            let code = errno
            if code == EINTR { continue }
            precondition(code == ECHILD, "waitpid: errno \(code)")
            return .noChildren
        }
    }
}
