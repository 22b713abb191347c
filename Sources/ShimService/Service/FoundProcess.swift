/// The process that a call is about: a container's first, or one of exec.
struct FoundProcess {
    let container: Container
    let containerControl: any ContainerControl
    /// Nil: it is the container's first.
    let exec: Exec?

    var process: TaskProcess { exec?.process ?? container.process }
    var id: String { exec?.id ?? container.id }
    var stdio: StdioRequest { exec?.request.stdio ?? container.request.stdio }
    /// Zero for one of exec that was not started.
    var pid: Int32 { exec?.pid ?? containerControl.pid }

    /// Nil for one of exec that was not started.
    var control: (any ProcessControl)? {
        guard let exec else { return containerControl }
        return exec.control
    }

    /// Whether it may be signalled now.
    func signallable() throws(TaskError) -> any ProcessControl {
        let state = process.state
        guard let exec else {
            try state.checkKill()
            return containerControl
        }
        try state.checkExecKill()
        guard let control = exec.control else { throw TaskError(.failedPrecondition, "process not created") }
        return control
    }

    func closeStdin() {
        if let exec { exec.closeStdin() } else { containerControl.closeStdin() }
    }
}
