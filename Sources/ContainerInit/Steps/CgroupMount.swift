internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Shows the container its cgroups: the unified hierarchy of v2, or for v1 a tmpfs with a directory for each of the
/// host's hierarchies, each of which shows the container's own cgroup as its root.
func mountCgroups(_ mount: MountPlan, _ plan: ContainerPlan, _ root: borrowing RootDirectory) throws {
    let target = try openTarget(of: mount, root)
    if try isUnified() {
        try mountUnified(mount, at: target.raw)
        return
    }
    let inert: MountFlags = [.noSUID, .noDevices, .noExec]
    try mountFileSystem(
        source: "tmpfs", target: pathOf(descriptor: target.raw), type: "tmpfs", flags: inert, data: "mode=755",
        name: mount.destination)
    let own = ownCgroups(try readText("/proc/self/cgroup"))
    for hierarchy in hierarchies(try readText("/proc/self/mountinfo")) {
        let place = "\(mount.destination)/\(hierarchy.name)"
        let folder = try root.openMakingDirectories(place)
        let readOnly = mount.options.flags.intersection(.readOnly)
        if plan.namespaces.has(.cgroup) {
            // The root of such a mount is the cgroup in which the cgroup namespace was made.
            try mountFileSystem(
                source: "cgroup", target: pathOf(descriptor: folder.raw), type: hierarchy.type,
                flags: inert.union(readOnly), data: hierarchy.options, name: place)
        } else {
            guard let path = own.first(where: { hierarchy.isNamed($0.names) })?.path else { continue }
            try mountFileSystem(
                source: hierarchy.mountPoint + hierarchy.below(path), target: pathOf(descriptor: folder.raw),
                flags: .bind, name: place)
            let bound = try root.open(place)
            try mountFileSystem(
                source: nil, target: pathOf(descriptor: bound.raw),
                flags: inert.union(readOnly).union([.bind, .remount]), name: place)
        }
        // A hierarchy of two controllers is found by the name of either.
        for alias in hierarchy.name.split(separator: ",") where alias != hierarchy.name {
            let folder = try root.open(mount.destination, O_DIRECTORY | O_RDONLY)
            try systemCall("symlinkat", "\(alias)") { symlinkat(hierarchy.name, folder.raw, String(alias)) }
        }
    }
    if mount.options.flags.contains(.readOnly) {
        let place = try root.open(mount.destination)
        try remountReadOnly(place.raw, name: mount.destination)
    }
}

private func isUnified() throws(SystemCallError) -> Bool {
    let folder = try openFile("/sys/fs/cgroup", OpenFlag.path)
    return try FileSystemInfo(of: folder.raw).type == FileSystemInfo.cgroup2
}

private func mountUnified(_ mount: MountPlan, at target: Int32) throws(SystemCallError) {
    do {
        try mountFileSystem(
            source: mount.source, target: pathOf(descriptor: target), type: "cgroup2", flags: mount.options.flags,
            data: mount.options.joinedData, name: mount.destination)
    } catch {
        // In a user namespace without a cgroup namespace the kernel refuses: the container's own part is bound then.
        guard error.errno == .notPermitted || error.errno == .resourceBusy else { throw error }
        let own = ownCgroups(try readText("/proc/self/cgroup")).first?.path ?? "/"
        try mountFileSystem(
            source: "/sys/fs/cgroup" + own, target: pathOf(descriptor: target), flags: [.bind, .recursive],
            name: mount.destination)
    }
}

/// A mounted hierarchy of cgroup v1, or the unified one beside them.
struct CgroupHierarchy: Hashable {
    /// The last part of the mount point: `memory`, `cpu,cpuacct`, `systemd`.
    let name: String
    let mountPoint: String
    /// The cgroup that the mount shows as its root.
    let root: String
    let type: String
    /// Those that mounting it once more takes: `memory`, `name=systemd`.
    let options: String

    func isNamed(_ names: String) -> Bool {
        type == "cgroup2"
            ? names.isEmpty : options.split(separator: ",").contains { names.split(separator: ",").contains($0) }
    }

    /// Where a cgroup's path leads below the mount point.
    func below(_ path: String) -> String {
        guard root != "/", path.hasPrefix(root) else { return path }
        return String(path.dropFirst(root.count))
    }
}

/// The lines of /proc/PID/cgroup (cgroups(7)): a hierarchy's controllers, and the path in it.
func ownCgroups(_ text: String) -> [(names: String, path: String)] {
    text.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? (String(parts[1]), String(parts[2])) : nil
    }
}

/// The hierarchies among the mounts of /proc/PID/mountinfo (proc(5)), each once.
func hierarchies(_ text: String) -> [CgroupHierarchy] {
    var found: [CgroupHierarchy] = []
    for line in text.split(separator: "\n") where line.contains(" - cgroup") {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, fields.count > 4 else { continue }
        let type = String(fields[dash + 1])
        guard let name = splitLast(String(fields[4])).last, fields[4].hasPrefix("/sys/fs/cgroup/") else { continue }
        let general: Set<Substring> = ["rw", "ro", "xattr", "noprefix", "clone_children", "nsdelegate", "favordynmods"]
        let options = fields[dash + 3].split(separator: ",")
            .filter { !general.contains($0) && !$0.hasPrefix("release_agent=") }
        found.append(
            CgroupHierarchy(
                name: name, mountPoint: String(fields[4]), root: String(fields[3]), type: type,
                options: type == "cgroup2" ? "" : options.joined(separator: ",")))
    }
    return found
}
