internal import OCISpec
internal import SystemPackage

/// `linux.resources.unified`: files by name, each line of the value by a write of its own.
enum V2Unified {
    /// Files that would do something else than set a limit: what they govern is not the specification's to say.
    private static let reserved: Set<String> = [
        "cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze", "cgroup.subtree_control", "cgroup.type",
    ]

    /// - Parameter available: what cgroup.controllers lists.
    static func apply(
        _ resources: LinuxResources, to directory: CgroupDirectory, available: Set<String>
    ) throws(CgroupError) {
        for (name, value) in (resources.unified ?? [:]).sorted(by: { $0.key < $1.key }) {
            let field = "linux.resources.unified[\"\(name)\"]"
            let parts = name.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, !name.contains("/"), !name.utf8.contains(0), !reserved.contains(name) else {
                throw CgroupError(.invalid, field: field, "a limit's file, such as \"memory.high\", would be right")
            }
            let controller = String(parts[0])
            guard controller == "cgroup" || available.contains(controller) else {
                throw CgroupError(
                    .noController, field: field, "the controller \(controller) is not enabled for \(directory.path)")
            }
            try directory.write(value.split(separator: "\n").map { "\($0)\n" }, to: name, field: field)
        }
    }
}
