internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// What the node has that not every kernel has.
package struct NodeFacts: Sendable {
    package var hasAppArmor: Bool
    package var hasSELinux: Bool

    package init(hasAppArmor: Bool, hasSELinux: Bool) {
        self.hasAppArmor = hasAppArmor
        self.hasSELinux = hasSELinux
    }

    /// This node's.
    package static func read() -> NodeFacts {
        let appArmor = try? readText("/sys/module/apparmor/parameters/enabled", limit: 16)
        return NodeFacts(
            hasAppArmor: appArmor?.hasPrefix("Y") ?? false,
            hasSELinux: access("/sys/fs/selinux/enforce", F_OK) == 0)
    }
}

/// The labels that Linux security modules give a process.
package struct LabelPlan: Hashable, Sendable {
    /// Nil when none is asked for, or `unconfined`.
    package let appArmor: String?
    package let seLinux: String?

    init(_ process: Process, node: NodeFacts) throws(SpecError) {
        appArmor = process.apparmorProfile.flatMap { $0.isEmpty || $0 == "unconfined" ? nil : $0 }
        guard appArmor == nil || node.hasAppArmor else {
            throw SpecError(
                .unsupported, field: "process.apparmorProfile",
                "found \"\(appArmor ?? "")\", but AppArmor is not enabled on this node")
        }
        seLinux = process.selinuxLabel.flatMap { $0.isEmpty ? nil : $0 }
        guard seLinux == nil || node.hasSELinux else {
            throw SpecError(
                .unsupported, field: "process.selinuxLabel",
                "found \"\(seLinux ?? "")\", but SELinux is not enabled on this node")
        }
    }
}
