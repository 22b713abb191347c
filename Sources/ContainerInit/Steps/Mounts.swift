internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Makes the mounts of the specification, in its order.
func makeMounts(
    _ plan: ContainerPlan, sources: MountSources, root: borrowing RootDirectory
) throws(ContainerFailure) {
    for (index, mount) in plan.mounts.enumerated() {
        try step(mount.field) {
            try make(mount, tree: sources.trees[index], plan, root)
        }
    }
}

private func make(
    _ mount: MountPlan, tree: Int32?, _ plan: ContainerPlan, _ root: borrowing RootDirectory
) throws {
    switch mount.kind {
    case .bind: try bind(mount, tree: tree, root)
    case .cgroup: try mountCgroups(mount, plan, root)
    case .tmpfs: try mountTemporary(mount, plan, root)
    default:
        let target = try openTarget(of: mount, root)
        try mountFileSystem(
            source: mount.source, target: pathOf(descriptor: target.raw), type: mount.type, flags: mount.options.flags,
            data: data(of: mount, plan), name: mount.destination)
    }
    try applyPropagation(of: mount, root)
}

/// Opens the directory that a mount goes on, after making what is missing of it.
func openTarget(
    of mount: MountPlan, _ root: borrowing RootDirectory
) throws -> OwnedFileDescriptor {
    let target = try root.openMakingDirectories(mount.destination)
    try checkTarget(target.raw, of: mount, root)
    return target
}

/// Refuses targets by which an image could fake or uncover what the kernel says of processes.
func checkTarget(_ target: Int32, of mount: MountPlan, _ root: borrowing RootDirectory) throws {
    let place = try placeInContainer(target, root)
    switch mount.kind {
    case .proc, .sysfs:
        // A link on the way would put it elsewhere than all other steps believe it to be.
        guard place == cleaned(mount.destination) else {
            throw ContainerFailure(
                .invalidSpec, step: mount.field,
                message: "\(mount.type) must be mounted on an ordinary directory; a link leads to \(place)")
        }
    default:
        guard place == "/proc" || place.hasPrefix("/proc/") else { return }
        if mount.kind == .bind && replaceable.contains(place) { return }
        if mount.kind == .bind, place == "/proc" {
            let source = try openFile(mount.source, OpenFlag.path)
            if try FileSystemInfo(of: source.raw).type == FileSystemInfo.proc { return }
        }
        throw ContainerFailure(
            .invalidSpec, step: mount.field, message: "cannot be mounted because it is inside /proc")
    }
}

/// The files of /proc that may be covered: they are about the node, and programs like lxcfs say there what holds for
/// the container (the list is runc's).
private let replaceable: Set<String> = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg",
    "/proc/slabinfo", "/proc/net/dev", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
]

/// The path of an open file from the container's root, without links.
private func placeInContainer(
    _ descriptor: Int32, _ root: borrowing RootDirectory
) throws(SystemCallError) -> String {
    let path = try linkTarget(ofDescriptor: descriptor)
    let root = try linkTarget(ofDescriptor: root.raw)
    if path == root { return "/" }
    guard path.hasPrefix(root + "/") else { return path }
    return String(path.dropFirst(root.count))
}

/// A path without empty parts and dots. For comparison only: never to open something.
private func cleaned(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
}

/// What mount(2) gets as data: the options that are no flags, and the SELinux context.
func data(of mount: MountPlan, _ plan: ContainerPlan) -> String? {
    guard let label = plan.mountLabel, mount.kind == .tmpfs || mount.kind == .other else {
        return mount.options.joinedData
    }
    return (mount.options.data + ["context=\"\(label)\""]).joined(separator: ",")
}

/// The propagation, and the flags for all mounts below, which take calls of their own.
private func applyPropagation(of mount: MountPlan, _ root: borrowing RootDirectory) throws {
    let options = mount.options
    guard !options.propagation.isEmpty || !options.recursiveSet.isEmpty || !options.recursiveCleared.isEmpty else {
        return
    }
    // Opened again: the target is under the mount, this is the mount.
    let place = try root.open(mount.destination)
    for propagation in options.propagation {
        try mountFileSystem(
            source: nil, target: pathOf(descriptor: place.raw), flags: propagation, name: mount.destination)
    }
    if !options.recursiveSet.isEmpty || !options.recursiveCleared.isEmpty {
        try setMountAttributes(
            of: place.raw, set: options.recursiveSet, clear: options.recursiveCleared, recursive: true,
            name: mount.destination)
    }
}
