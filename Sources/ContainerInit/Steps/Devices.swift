internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Makes the device nodes and links of /dev, unless the specification binds a /dev of its own there.
func makeDevices(_ plan: ContainerPlan, root: borrowing RootDirectory) throws(ContainerFailure) {
    if plan.mounts.contains(where: { $0.kind == .bind && isDev($0.destination) }) { return }
    // Nodes of a user namespace's root would open nothing (mknod(2), EPERM): the host's are bound there.
    let bound = plan.namespaces.has(.user)
    for device in plan.devices {
        try step(device.field) {
            let (parent, name) = splitLast(device.path)
            guard let name else { return }
            let folder = try root.openMakingDirectories(parent)
            if bound {
                try bindNode(device, root)
            } else {
                try makeNode(device, name: name, in: folder.raw, root)
            }
        }
    }
    try step("/dev") { try makeLinks(plan, root) }
}

private func isDev(_ path: String) -> Bool {
    path.split(separator: "/") == ["dev"]
}

private func makeNode(
    _ device: DevicePlan, name: String, in folder: Int32, _ root: borrowing RootDirectory
) throws(SystemCallError) {
    let type: mode_t =
        switch device.kind {
        case .character: S_IFCHR
        case .block: S_IFBLK
        case .fifo: S_IFIFO
        }
    switch attempt({ mknodat(folder, name, type | mode_t(device.mode), dev_t(device.number)) }) {
    case .success: break
    case .failure(.notPermitted): return try bindNode(device, root)
    case .failure(.fileExists): return try checkExisting(device, name: name, in: folder)
    case .failure(let code): throw SystemCallError("mknodat", device.path, errno: code)
    }
    if device.uid != 0 || device.gid != 0 {
        try systemCall("fchownat", device.path) {
            fchownat(folder, name, device.uid, device.gid, AT_SYMLINK_NOFOLLOW)
        }
    }
}

/// What an image has in a node's place must be that node: a file that poses as /dev/null would be what covers the
/// masked paths.
private func checkExisting(_ device: DevicePlan, name: String, in folder: Int32) throws(SystemCallError) {
    let node = try openFile(name, OpenFlag.path | O_NOFOLLOW, in: folder)
    let found = try FileStatus(of: node.raw, name: device.path)
    let isSame =
        switch device.kind {
        case .character: found.kind == .characterDevice && found.representedDevice == device.number
        case .block: found.kind == .blockDevice && found.representedDevice == device.number
        case .fifo: found.kind == .fifo
        }
    guard isSame else {
        throw SystemCallError(
            "mknodat", device.path, errno: .fileExists, remedy: "the root filesystem has something else there")
    }
}

/// Binds the host's node of the same path.
private func bindNode(_ device: DevicePlan, _ root: borrowing RootDirectory) throws(SystemCallError) {
    let source = try openFile(device.path, OpenFlag.path | O_NOFOLLOW)
    let target = try root.openMakingFile(device.path)
    try mountFileSystem(
        source: pathOf(descriptor: source.raw), target: pathOf(descriptor: target.raw), flags: .bind,
        name: device.path)
}

/// The links that programs expect in /dev (config-linux.md, "Dev symbolic links"), and /dev/ptmx, which is that of the
/// container's own devpts.
private func makeLinks(_ plan: ContainerPlan, _ root: borrowing RootDirectory) throws(SystemCallError) {
    let dev = try root.openMakingDirectories("/dev")
    if case .failure(let code) = attempt({ unlinkat(dev.raw, "ptmx", 0) }), code != .noSuchFileOrDirectory {
        throw SystemCallError("unlinkat", "/dev/ptmx", errno: code)
    }
    var links = [
        ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ]
    if access("/proc/kcore", F_OK) == 0 { links.append(("core", "/proc/kcore")) }
    for (name, target) in links {
        if case .failure(let code) = attempt({ symlinkat(target, dev.raw, name) }), code != .fileExists {
            throw SystemCallError("symlinkat", "/dev/\(name)", errno: code)
        }
    }
}
