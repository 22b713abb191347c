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
        /// Runs it, and ends the process.
        package let run: () -> Never

        package init(code: [Int32], title: ProcessTitle, run: @escaping () -> Never) {
            self.code = code
            self.title = title
            self.run = run
        }
    }
}
