package import EngineProtocol
internal import Glibc
package import LinuxSystem
package import OCISpec
package import Seccomp

/// What a process of exec is made from: its own description, and the container that it enters.
package struct ExecPlan: PlannedProcess {
    package let id: String
    package let process: ProcessPlan
    package let cgroup: CgroupPlacement
    package let noNewKeyring: Bool
    package let persona: UInt?
    /// The container's first process, as a pidfd; borrowed.
    package let containerInit: Int32
    /// That process's root, opened with `O_PATH`; borrowed.
    package let root: Int32
    /// The namespaces of the container's first process that are not this process's own.
    package let namespaces: NamespaceFlags

    package var profile: SeccompFilter?
    package var guestFilter: SeccompFilter?
    package var standardIO: [Int32?] = [nil, nil, nil]
    package var preserved: [Int32] = []

    /// Reads and checks.
    ///
    /// - Parameters:
    ///   - spec: the container's.
    ///   - containerInit: a pidfd of the process `target.initPid`; borrowed, as is `root`.
    /// - Throws: `SpecError`; `SystemCallError` when the container's first process is gone.
    package init(
        _ spec: Spec, request: CreateRequest, target: ExecTarget, containerInit: Int32, root: Int32,
        node: NodeFacts = .read()
    ) throws {
        id = request.id
        process = try ProcessPlan(target.process, node: node)
        cgroup = request.cgroup
        noNewKeyring = request.options.noNewKeyring
        persona = try spec.linux?.personality.map { value throws(SpecError) in try ContainerInit.persona(value) }
        self.containerInit = containerInit
        self.root = root
        namespaces = try NamespaceFlags.foreign(of: target.initPid)
    }
}

extension NamespaceFlags {
    /// The namespaces of a process that are others than this process's. Should the pid be another process's by now, the
    /// pidfd by which they are joined tells.
    static func foreign(of pid: Int32) throws(SystemCallError) -> NamespaceFlags {
        var found: NamespaceFlags = []
        let kinds: [NamespaceFlags] = [.user, .mount, .pid, .network, .ipc, .uts, .cgroup, .time]
        for kind in kinds {
            guard let name = kind.procName, let own = NamespaceIdentity.own(kind) else { continue }
            if try NamespaceIdentity(at: "/proc/\(pid)/ns/\(name)") != own { found.insert(kind) }
        }
        return found
    }
}
