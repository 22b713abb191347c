internal import CLinux
internal import EngineProtocol
internal import Glibc
package import LinuxSystem

extension ExecPlan {
    /// Forks the first child of a process of exec: it enters what the container's processes are born into, its cgroup
    /// and its namespaces, forks the process and ends, as only a child is part of a pid namespace that was joined.
    package func forkFirstChild(control: Int32, program: Program) throws(SystemCallError) {
        let child = try systemCall("fork") { martlet_fork() }
        if child != 0 { return }
        // This process's own copy.
        enter(ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: control))), program)
        _exit(0)
    }

    private func enter(_ control: ControlChannel, _ program: Program) {
        do throws(ContainerFailure) {
            // First, so that a signal that was blocked or ignored in the engine is not so in the container.
            try step("signals") { try Signals.reset() }
            try placePreserved(self)
            // Kept open and used instead of a path: no filesystem of the container can pose as /proc.
            let proc = try step("/proc") { try ProcDirectory() }
            // Before the namespaces: it needs /proc as it is in the host. The process of exec has it from here.
            if case .guest(let guest) = program { guest.title.apply() }
            // The container's processes are there and look on: nobody of them may look into a process that still has
            // the host's files, and there is no more of these than is needed.
            try step("process") { try Credentials.setDumpable(false) }
            try closeOthers(control, proc, program)
            try enterCgroups(cgroup)
            // Before the user namespace, in which neither could be done any more.
            try adjustOOMScore(process, proc)
            try raiseHardLimits(process, inUserNamespace: namespaces.contains(.user))
            // All at once (Linux 5.8): the kernel sees to the order, and a pidfd never means another process.
            if !namespaces.isEmpty {
                try step("the container's namespaces") {
                    try enterNamespace(containerInit, namespaces, name: "of the container's first process")
                }
            }
            if namespaces.contains(.user) { try becomeRootOfUserNamespace() }
            // The change of user may have undone it.
            try step("process") { try Credentials.setDumpable(false) }

            let child = try step("fork") { try systemCall("fork") { martlet_fork() } }
            if child == 0 { run(proc, control, program) }
        } catch {
            control.end(error)
        }
    }

    private func closeOthers(
        _ control: ControlChannel, _ proc: ProcDirectory, _ program: Program
    ) throws(ContainerFailure) {
        var kept =
            [control.raw, proc.raw, containerInit, root] + standardIO.compactMap { $0 } + placesOfPreserved(self)
        if case .guest(let guest) = program { kept += guest.code }
        try step("descriptors") { try closeDescriptors(except: kept) }
    }

    /// The process of exec, from its fork to its program.
    private func run(_ proc: ProcDirectory, _ control: ControlChannel, _ program: Program) -> Never {
        do throws(ContainerFailure) {
            _ = try introduce(self, proc, control)
            // Where the container's first process is: in a mount namespace of its own that is `/` already, and
            // otherwise the way to its mounts, which are in no namespace.
            try step("root.path") {
                try systemCall("fchdir", "the container's root") { fchdir(root) }
                try systemCall("chroot", "the container's root") { chroot(".") }
            }
            let entered = try step("root.path") { try RootDirectory("/") }
            try connect(self, bindAtConsole: false, root: entered, control)
            let environment = executableEnvironment(process, root: entered)
            let ready = try becomeProcess(self, environment: environment, proc, control, program)
            try control.report(.created)
            try control.wait(for: .start)
            try runProgram(self, ready, control, program)
        } catch {
            control.end(error)
        }
    }
}
