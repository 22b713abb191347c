internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// Writes the id maps of a new user namespace, which its own first process may not (user_namespaces(7)).
enum UserMapping {
    /// - Parameter pid: a process in the namespace.
    static func write(_ linux: Linux?, pid: Int32) throws {
        let uids = try map(linux?.uidMappings, field: "linux.uidMappings")
        let gids = try map(linux?.gidMappings, field: "linux.gidMappings")
        try writeText(uids, toFileAt: "/proc/\(pid)/uid_map")
        // Who has no privilege over the parent namespace may map groups only once setgroups(2) is given up.
        if geteuid() != 0 { try writeText("deny", toFileAt: "/proc/\(pid)/setgroups") }
        try writeText(gids, toFileAt: "/proc/\(pid)/gid_map")
    }

    static func map(_ mappings: [IDMapping]?, field: String) throws(SpecError) -> String {
        guard let mappings, !mappings.isEmpty else {
            throw SpecError(.missing, field: field, "a new user namespace needs at least one mapping")
        }
        return mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
    }
}
