internal import LinuxSystem
internal import OCISpec

/// A kernel parameter of one of the container's namespaces.
package struct SysctlPlan: Hashable, Sendable {
    /// Below /proc: `sys/net/ipv4/ip_forward`.
    package let path: String
    package let value: String
    package let field: String

    /// The parameters that an ipc namespace has of its own (ipc_namespaces(7)), beside `fs.mqueue.*`.
    private static let ofIPC: Set<String> = [
        "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem", "kernel/shmall", "kernel/shmmax",
        "kernel/shmmni", "kernel/shm_rmid_forced",
    ]

    init(name: String, value: String, namespaces: NamespacePlan) throws(SpecError) {
        field = "linux.sysctl.\(name)"
        self.value = value
        let slashed = Self.slashed(name)
        path = "sys/" + slashed
        let parts = slashed.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw SpecError(.invalid, field: field, "not the name of a kernel parameter")
        }
        if Self.ofIPC.contains(slashed) || slashed.hasPrefix("fs/mqueue/") {
            try require(.ipc, "ipc", namespaces)
        } else if slashed.hasPrefix("net/") {
            try require(.network, "network", namespaces)
        } else if slashed == "kernel/domainname" {
            try require(.uts, "uts", namespaces)
        } else if slashed == "kernel/hostname" {
            throw SpecError(.invalid, field: field, "the field hostname is there for it")
        } else {
            throw SpecError(.unsupported, field: field, "the parameter is the node's, not a namespace's")
        }
    }

    private func require(_ kind: NamespaceFlags, _ name: String, _ namespaces: NamespacePlan) throws(SpecError) {
        guard namespaces.has(kind) else {
            throw SpecError(
                .invalid, field: field, "the container uses the host's \(name) namespace; expected one of its own")
        }
    }

    /// A name with `.` or `/` as its separator (whichever comes first, as sysctl(8) has it) as a path.
    static func slashed(_ name: String) -> String {
        guard let first = name.first(where: { $0 == "." || $0 == "/" }), first == "." else { return name }
        return String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    }
}
