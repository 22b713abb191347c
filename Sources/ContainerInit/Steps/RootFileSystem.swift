internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Makes the root filesystem a mount of the container's own, and opens it: all paths of the specification are resolved
/// below it from here on.
///
/// The new root is not entered before everything is in its place: until then /proc is the host's, and paths of the
/// host (sources, hooks) mean what they say.
func prepareRoot(_ plan: ContainerPlan) throws(ContainerFailure) -> RootDirectory {
    try step("linux.rootfsPropagation") {
        // Before the first mount, none of which may reach the host. A container that is to be unbindable becomes so
        // after the switch: its own bind mounts would fail.
        let flags = plan.rootPropagation
        let now: MountFlags = flags.contains(.unbindable) ? [.private, .recursive] : flags
        try mountFileSystem(source: nil, target: "/", flags: now)
    }
    return try step("root.path (\(plan.rootfs))") {
        try makeParentPrivate(plan.rootfs)
        try mountFileSystem(source: plan.rootfs, target: plan.rootfs, flags: [.bind, .recursive])
        return try RootDirectory(plan.rootfs)
    }
}

/// pivot_root(2) refuses a root whose parent mount is shared, and what is mounted on the root would spread.
private func makeParentPrivate(_ rootfs: String) throws(SystemCallError) {
    if try makePrivate(rootfs) { return }
    // It is on one that is mounted at a parent of where it really is: its name may have dots and links.
    let folder = try openFile(rootfs, OpenFlag.path)
    var path = try linkTarget(ofDescriptor: folder.raw)
    while try !makePrivate(path) { path = splitLast(path).parent }
}

/// - Returns: false for what is no mount point, which `/` always is.
private func makePrivate(_ path: String) throws(SystemCallError) -> Bool {
    do {
        try mountFileSystem(source: nil, target: path, flags: .private)
        return true
    } catch {
        guard error.errno == .invalidArgument, path != "/" else { throw error }
        return false
    }
}

/// Makes the container's root this process's root. The host's tree is out of reach afterwards.
func enterRoot(_ root: borrowing RootDirectory, _ plan: ContainerPlan) throws(ContainerFailure) {
    try step("root.path (\(plan.rootfs))") {
        try pivotRoot(to: root.raw, name: plan.rootfs)
    }
    // Private is what it is by now. Set on the new root alone: before the switch the change would have been the host's.
    if !plan.rootPropagation.contains(.private) {
        try step("linux.rootfsPropagation") {
            try mountFileSystem(source: nil, target: "/", flags: plan.rootPropagation)
        }
    }
}

/// Makes read-only what had to be writable until the container's files were made.
func makeReadOnly(_ root: borrowing RootDirectory, _ plan: ContainerPlan) throws(ContainerFailure) {
    for mount in plan.mounts where mount.isMadeReadOnlyLater {
        try step(mount.field) {
            let place = try root.open(mount.destination)
            try remountReadOnly(place.raw, name: mount.destination)
        }
    }
    if plan.rootIsReadOnly {
        try step("root.readonly") { try remountReadOnly(root.raw, name: plan.rootfs) }
    }
}

/// Makes the mount at `place` (borrowed) read-only, and leaves its other flags as they are: in a user namespace they
/// may not be changed.
func remountReadOnly(_ place: Int32, name: String) throws(SystemCallError) {
    let flags = try FileSystemInfo(of: place, name: name).flags
    try mountFileSystem(
        source: nil, target: pathOf(descriptor: place), flags: flags.union([.bind, .remount, .readOnly]), name: name)
}
