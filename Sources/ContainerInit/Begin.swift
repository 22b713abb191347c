package import EngineProtocol
internal import Glibc
package import LinuxSystem

// A container that is begun before its Create comes: its first process is there, in its cgroup and in all its namespaces
// but the mount namespace, and waits for the rest. That one is made last, since the root filesystem will be mounted in
// the host's meanwhile.

extension ContainerPlan {
    /// Whether it may be begun: not where the first child has work to do in the mounts or with the shim.
    package var canBegin: Bool {
        firstChildSharesMemory && namespaces.made.contains(.mount) && mounts.allSatisfy { $0.options.idMap == nil }
    }

    /// Forks the first child of a container whose Create is to come; see `forkFirstChild`. To be called only if it
    /// `canBegin`.
    ///
    /// - Parameters:
    ///   - control: the container's line to the shim; borrowed. `ContainerCommand.create` is awaited there.
    ///   - complete: makes, in the container's first process, the plan and the program of the request with its
    ///     descriptors. What it throws is not told: the container is declined, and making it anew will tell.
    package func begin(
        control: Int32, complete: @escaping (CreateRequest, [Int32]) throws -> (ContainerPlan, Program)
    ) throws(SystemCallError) {
        var early = namespaces
        early.made.remove(.mount)
        try forkFirstChild(control: control, early) { sources, proc, control in
            goOn(sources, proc, control, complete)
        }
    }
}

private func goOn(
    _ sources: MountSources, _ proc: ProcDirectory, _ control: ControlChannel,
    _ complete: (CreateRequest, [Int32]) throws -> (ContainerPlan, Program)
) -> Never {
    do throws(ContainerFailure) {
        let (request, descriptors) = try control.waitForCreate()
        guard let (plan, program) = try? complete(request, descriptors) else {
            try control.report(.declined)
            _exit(0)
        }
        try step("linux.namespaces") { try unshareNamespaces(.mount) }
        runInit(plan, sources: sources, proc, control, program)
    } catch {
        control.end(error)
    }
}
