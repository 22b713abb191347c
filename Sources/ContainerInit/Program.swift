package import LinuxSystem

/// What a container runs.
package enum Program {
    /// `process.args`, by execve.
    case native
    /// A guest of the engine that made the plan.
    case guest(Guest)
    /// Nothing: the process waits for its end, and reaps what becomes its child.
    case parked(ProcessTitle)

    /// What `ps` shows of it; nil: what is executed says so itself.
    var title: ProcessTitle? {
        switch self {
        case .native: nil
        case .guest(let guest): guest.title
        case .parked(let title): title
        }
    }

    package struct Guest {
        /// The descriptors that hold its code; they stay open.
        package let code: [Int32]
        /// What `ps` shows of it.
        package let title: ProcessTitle
        /// Opens what it needs of the runtime's /proc, in its own process, which still has all privileges there; answers
        /// descriptors, which stay open, too.
        package let open: (ProcDirectory) -> [Int32]
        /// Runs it, and ends the process.
        package let run: () -> Never

        package init(
            code: [Int32], title: ProcessTitle, open: @escaping (ProcDirectory) -> [Int32] = { _ in [] },
            run: @escaping () -> Never
        ) {
            self.code = code
            self.title = title
            self.open = open
            self.run = run
        }
    }
}
