internal import CLinux
internal import EngineProtocol
internal import Glibc
package import LinuxSystem
internal import SystemPackage

extension ContainerPlan {
    /// Forks the first child of a container: it enters what the container's processes are born into (cgroup and
    /// namespaces), forks the container's first process and ends. A process that has unshared its pid namespace can't
    /// become part of the new one, its child can. Where it can be, the first child is a guest in this process's memory
    /// (vfork(2)), so that no page is copied but for the container's first process; this process waits for it then.
    package func forkFirstChild(control: Int32, program: Program) throws(SystemCallError) {
        let plan = self
        try forkFirstChild(control: control, namespaces) { sources, proc, control in
            runInit(plan, sources: sources, proc, control, program)
        }
    }

    /// The same, for what the container's first process is to do.
    func forkFirstChild(
        control: Int32, _ namespaces: NamespacePlan, firstProcess: @escaping FirstProcess
    ) throws(SystemCallError) {
        let child = FirstChild(plan: self, namespaces, control: control, firstProcess: firstProcess)
        let context = Unmanaged.passUnretained(child).toOpaque()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            guard let context else { return 1 }
            return Unmanaged<FirstChild>.fromOpaque(context).takeUnretainedValue().run()
        }
        let pid = firstChildSharesMemory ? martlet_vfork_run(body, context) : martlet_fork_run(body, context)
        let code = errno
        withExtendedLifetime(child) {}
        if pid < 0 { throw SystemCallError("fork", errno: Errno(rawValue: code)) }
    }
}

/// What a container's first process does, given what its parent has opened.
typealias FirstProcess = (MountSources, ProcDirectory, ControlChannel) -> Never

/// Returns where it ends, so that it leaves nothing in the memory that it may share with its parent.
private final class FirstChild {
    private let plan: ContainerPlan
    private let namespaces: NamespacePlan
    private let control: Int32
    private let firstProcess: FirstProcess

    init(plan: ContainerPlan, _ namespaces: NamespacePlan, control: Int32, firstProcess: @escaping FirstProcess) {
        self.plan = plan
        self.namespaces = namespaces
        self.control = control
        self.firstProcess = firstProcess
    }

    /// - Returns: the exit status.
    func run() -> Int32 {
        // This process's own copy.
        let channel = ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: control)))
        do throws(ContainerFailure) {
            try beBorn(channel)
            return 0
        } catch {
            channel.tell(error)
            return 1
        }
    }

    private func beBorn(_ control: ControlChannel) throws(ContainerFailure) {
        // First, so that a signal that was blocked or ignored in the engine is not so in the container.
        try step("signals") { try Signals.reset() }
        try placePreserved(plan)
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
        try enterNamespaces(namespaces, proc, control)

        let child = try step("fork") { try systemCall("fork") { martlet_fork() } }
        if child == 0 { firstProcess(sources, proc, control) }
    }
}
