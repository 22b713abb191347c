internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Mounts a tmpfs, with the mode of the directory that it covers unless the options say one, or there was none.
func mountTemporary(_ mount: MountPlan, _ plan: ContainerPlan, _ root: borrowing RootDirectory) throws {
    var options = data(of: mount, plan)
    if !mount.options.data.contains(where: { $0.hasPrefix("mode=") }),
        let mode = try modeOfDirectory(at: mount.destination, root)
    {
        options = (options.map { $0 + "," } ?? "") + "mode=0\(String(mode, radix: 8))"
    }
    let target = try openTarget(of: mount, root)
    // Read-only comes later (`makeReadOnly`): devices and the targets of other mounts may have to be made in it.
    try mountFileSystem(
        source: mount.source, target: pathOf(descriptor: target.raw), type: mount.type,
        flags: mount.options.flags.subtracting(.readOnly), data: options, name: mount.destination)
    guard mount.options.copiesUp else { return }
    // The target still is the directory below; the same path now leads to the mount.
    let hidden = try openFile(".", O_DIRECTORY | O_RDONLY, in: target.raw)
    let visible = try root.open(mount.destination, O_DIRECTORY | O_RDONLY)
    try copyTree(from: hidden.raw, to: visible.raw, name: mount.destination)
}

private func modeOfDirectory(
    at path: String, _ root: borrowing RootDirectory
) throws(SystemCallError) -> UInt32? {
    do {
        let place = try root.open(path)
        return try FileStatus(of: place.raw, name: path).permissions
    } catch {
        if error.errno == .noSuchFileOrDirectory { return nil }
        throw error
    }
}
