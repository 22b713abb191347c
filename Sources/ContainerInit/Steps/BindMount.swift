internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Makes a bind mount: of a path of the host, or of a tree that was cloned before.
func bind(_ mount: MountPlan, tree: Int32?, _ root: borrowing RootDirectory) throws {
    if let tree {
        let target = try openTarget(of: mount, source: tree, root)
        try attachMount(tree, at: target.raw, name: mount.destination)
    } else {
        let source = try openFile(mount.source, OpenFlag.path)
        let target = try openTarget(of: mount, source: source.raw, root)
        // By descriptor on both sides: what was looked at is what is mounted.
        try mountFileSystem(
            source: pathOf(descriptor: source.raw), target: pathOf(descriptor: target.raw),
            flags: mount.options.flags.intersection([.bind, .recursive]), name: mount.destination)
    }
    try applyFlags(of: mount, root)
}

/// A directory for a directory, else a file.
private func openTarget(
    of mount: MountPlan, source: Int32, _ root: borrowing RootDirectory
) throws -> OwnedFileDescriptor {
    let isDirectory = try FileStatus(of: source, name: mount.source).kind == .directory
    let target =
        isDirectory
        ? try root.openMakingDirectories(mount.destination) : try root.openMakingFile(mount.destination)
    try checkTarget(target.raw, of: mount, root)
    return target
}

/// The first mount(2) of a bind mount takes no flags: they need a second one, which would take away those that it does
/// not name. A volume that the host has mounted nosuid, nodev, noexec or read-only stays so, unless the options clear
/// the flag by its name.
private func applyFlags(of mount: MountPlan, _ root: borrowing RootDirectory) throws {
    let wanted = mount.options.flags.intersection(.perMount)
    let cleared = mount.options.cleared.intersection(.perMount)
    guard !wanted.isEmpty || !cleared.isEmpty else { return }
    let place = try root.open(mount.destination)
    // The four that are the most of it; access times stay as they are unless they are named.
    let simple: MountFlags = [.readOnly, .noSUID, .noDevices, .noExec]
    let current = try FileSystemInfo(of: place.raw, name: mount.destination).flags
    if wanted.subtracting(simple).isEmpty, cleared.subtracting(simple).isEmpty, current.isSuperset(of: wanted),
        current.isDisjoint(with: cleared)
    {
        return
    }
    let kept = current.intersection(simple).subtracting(cleared)
    let target = pathOf(descriptor: place.raw)
    do {
        try mountFileSystem(
            source: nil, target: target, flags: wanted.union(kept).union([.bind, .remount]), name: mount.destination)
    } catch {
        // A user namespace's root may add to the flags that the mount came with, but not take any away.
        guard error.errno == .notPermitted else { throw error }
        let locked = current.intersection(simple)
        guard locked.isDisjoint(with: cleared) else {
            throw SystemCallError(
                error.call, error.subject, errno: error.errno,
                remedy: "its source has flags that a user namespace may not clear")
        }
        try mountFileSystem(
            source: nil, target: target, flags: wanted.union(current).union([.bind, .remount]),
            name: mount.destination)
    }
}
