internal import LinuxSystem

/// How this node mounts its cgroups: found once, when the shim starts, and used for all its containers.
///
/// A node is `unified` (version 2 at the root), `legacy` (version 1) or `hybrid` (version 1, with a version 2 tree
/// beside it that has the controllers which version 1 left over). As runc does, a hybrid node is used as version 1.
package struct CgroupNode: Hashable, Sendable {
    package enum Layout: String, Sendable {
        case unified, legacy, hybrid
    }

    package let layout: Layout
    /// `/sys/fs/cgroup`.
    package let root: String
    /// The hierarchies of version 1 below `root`, in the order of /proc/self/mountinfo; none when unified.
    let hierarchies: [Hierarchy]
    let own: OwnCgroups

    /// A mounted hierarchy of version 1.
    struct Hierarchy: Hashable, Sendable {
        /// `cpu`, `cpuacct`, `name=systemd`.
        var controllers: [String]
        var mountPoint: String
        /// The cgroup that is seen at the mount point: not `/` inside a container without a cgroup namespace.
        var mountRoot: String
    }

    /// Looks at the running kernel. On a unified node the mount table is not read.
    package static func detect(root: String = "/sys/fs/cgroup") throws(CgroupError) -> CgroupNode {
        let isUnified = isUnified(root)
        return CgroupNode(
            root: root, isUnified: isUnified,
            mountinfo: isUnified ? "" : try readProc("/proc/self/mountinfo"),
            ownCgroups: try readProc("/proc/self/cgroup"))
    }

    /// Whether a cgroup2 file system is mounted there.
    private static func isUnified(_ root: String) -> Bool {
        guard let folder = try? openFile(root, OpenFlag.path), let found = try? FileSystemInfo(of: folder.raw) else {
            return false
        }
        return found.type == FileSystemInfo.cgroup2
    }

    /// - Parameters:
    ///   - isUnified: whether a cgroup2 file system is mounted at `root`.
    ///   - mountinfo: the text of /proc/self/mountinfo (proc_pid_mountinfo(5)).
    ///   - ownCgroups: the text of /proc/self/cgroup (cgroups(7)).
    package init(root: String, isUnified: Bool, mountinfo: String, ownCgroups: String) {
        self.root = root
        self.own = OwnCgroups(ownCgroups)
        guard !isUnified else {
            self.layout = .unified
            self.hierarchies = []
            return
        }
        let mounts = cgroupMounts(in: mountinfo, below: root)
        self.layout = mounts.contains { $0.isVersion2 } ? .hybrid : .legacy
        self.hierarchies = mounts.filter { !$0.isVersion2 }.map {
            Hierarchy(controllers: $0.controllers, mountPoint: $0.mountPoint, mountRoot: $0.root)
        }
    }
}

/// The cgroups of this process, by controller; that of version 2 is under the empty name.
struct OwnCgroups: Hashable, Sendable {
    private var paths: [String: String] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                paths[String(controller)] = String(parts[2])
            }
        }
    }

    subscript(controller: String) -> String? { paths[controller] }
}

private func readProc(_ path: String) throws(CgroupError) -> String {
    switch readFile(path) {
    case .success(let text): return text
    case .failure(let code): throw .read(path, code)
    }
}
