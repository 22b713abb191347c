internal import CLinux
package import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// What a container runs.
package enum Program {
    /// `process.args`, by execve.
    case native
    /// A guest of the engine that made the plan: runs it, and ends the process. The descriptors that hold its code
    /// stay open.
    case guest(code: [Int32], run: () -> Never)
}

/// Makes a container. To be called in a child of a process that has one thread.
///
/// It enters what the container's processes are born into (cgroup and namespaces), forks the container's first process
/// and ends: a process that has unshared its pid namespace can't become part of the new one, its child can.
///
/// - Parameter control: the container's line to the shim; `ContainerReport` and `ContainerCommand` say what passes.
package func runFirstChild(_ plan: ContainerPlan, control: consuming MessageChannel, program: Program) -> Never {
    beBorn(plan, ControlChannel(control), program)
    _exit(0)
}

extension ContainerPlan {
    package func runFirstChild(control: consuming MessageChannel, program: Program) -> Never {
        ContainerInit.runFirstChild(self, control: control, program: program)
    }
}

private func beBorn(_ plan: ContainerPlan, _ control: ControlChannel, _ program: Program) {
    do throws(ContainerFailure) {
        // First, so that a signal that was blocked or ignored in the engine is not so in the container.
        try step("signals") { try Signals.reset() }
        // Kept open and used instead of a path: from here on no filesystem of the container can pose as /proc.
        let proc = try step("/proc") { try ProcDirectory() }
        // Before the namespaces: the files lie in the host's mounts, and a cgroup namespace begins where its maker is.
        try enterCgroups(plan.cgroup)
        // Before the user namespace, in which it could not be lowered any more.
        try adjustOOMScore(plan.process, proc)
        try raiseHardLimits(plan.process, inUserNamespace: plan.namespaces.has(.user))
        // Before the mount namespace, whose copies would not fit these trees, and before the user namespace, in
        // which their paths might not be passable.
        let sources = try cloneSources(plan)
        try enterNamespaces(plan.namespaces, proc, control)

        let child = try step("fork") { try systemCall("fork") { martlet_fork() } }
        if child == 0 { runInit(plan, sources: sources, proc, control, program) }
    } catch {
        control.end(error)
    }
}
