internal import CLinux
internal import Glibc
internal import SystemPackage

/// The kinds of namespaces(7), by their clone flags.
package struct NamespaceFlags: OptionSet, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let time = NamespaceFlags(rawValue: 0x80)
    package static let mount = NamespaceFlags(rawValue: 0x2_0000)
    package static let cgroup = NamespaceFlags(rawValue: 0x200_0000)
    package static let uts = NamespaceFlags(rawValue: 0x400_0000)
    package static let ipc = NamespaceFlags(rawValue: 0x800_0000)
    package static let user = NamespaceFlags(rawValue: 0x1000_0000)
    package static let pid = NamespaceFlags(rawValue: 0x2000_0000)
    package static let network = NamespaceFlags(rawValue: 0x4000_0000)
}

/// unshare(2): a new pid or time namespace is that of the children to come.
package func unshareNamespaces(_ flags: NamespaceFlags) throws(SystemCallError) {
    try systemCall(
        "unshare", remedy: { $0 == .noSpace ? "a limit of /proc/sys/user/max_*_namespaces is reached" : nil }
    ) { martlet_unshare(flags.rawValue) }
}

/// setns(2) by a descriptor of a namespace, or a pidfd and several kinds.
///
/// - Parameter name: how errors name the namespace.
package func enterNamespace(_ descriptor: Int32, _ kind: NamespaceFlags, name: String) throws(SystemCallError) {
    try systemCall("setns", name) { martlet_setns(descriptor, kind.rawValue) }
}
