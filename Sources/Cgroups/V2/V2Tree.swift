internal import LinuxSystem
internal import SystemPackage

/// Making a cgroup of version 2 and having its controllers enabled, level by level from the top: a controller is
/// available in a cgroup when `cgroup.subtree_control` of the parent names it (cgroup-v2.rst, "Enabling and Disabling").
struct V2Tree {
    let leaf: CgroupDirectory
    let root: CgroupDirectory

    /// Makes the leaf and what is missing above it.
    /// - Returns: whether it is new, and what cgroup.controllers of it lists then.
    func make(onMake: (CgroupDirectory) -> Void) throws(CgroupError) -> (isNew: Bool, available: Set<String>) {
        let isNew = try leaf.makeWithParents { _ throws(CgroupError) in }
        if isNew { onMake(leaf) }
        let wanted = try controllers(of: root)
        var available = try controllers(of: leaf)
        // The usual case, below a pod's cgroup: all is enabled and nothing more is read.
        if wanted.isSubset(of: available) { return (isNew, available) }
        for level in levels { enable(level) }
        available = try controllers(of: leaf)
        return (isNew, available)
    }

    /// From the root down to the leaf's parent.
    private var levels: [CgroupDirectory] {
        var levels: [CgroupDirectory] = []
        var directory = leaf
        while directory.path != root.path, directory.path.hasPrefix(root.path + "/") {
            directory = directory.parent
            levels.append(directory)
        }
        return levels.reversed()
    }

    /// Enables what can be: some controllers may be refused (a cgroup with processes of its own, a threaded one), and
    /// that matters only to a limit that needs them.
    private func enable(_ level: CgroupDirectory) {
        guard let available = try? controllers(of: level),
            let enabled = try? Set(
                level.read("cgroup.subtree_control").split(whereSeparator: \.isWhitespace).map(String.init))
        else { return }
        let missing = available.subtracting(enabled).sorted()
        guard !missing.isEmpty else { return }
        if level.attemptWrite(missing.map { "+\($0)" }.joined(separator: " "), to: "cgroup.subtree_control") != nil {
            for name in missing { _ = level.attemptWrite("+\(name)", to: "cgroup.subtree_control") }
        }
    }

    private func controllers(of directory: CgroupDirectory) throws(CgroupError) -> Set<String> {
        Set(try directory.read("cgroup.controllers").split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
