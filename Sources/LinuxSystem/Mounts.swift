internal import CLinux
internal import Glibc
internal import SystemPackage

/// mount(2).
///
/// - Parameter name: how errors name the target, when it is a path of /proc/self/fd.
package func mountFileSystem(
    source: String?, target: String, type: String? = nil, flags: MountFlags = [], data: String? = nil,
    name: String? = nil
) throws(SystemCallError) {
    do throws(SystemCallError) {
        try systemCall("mount", name ?? target) {
            withOptionalCString(source) { source in
                withOptionalCString(type) { type in
                    withOptionalCString(data) { data in mount(source, target, type, flags.rawValue, data) }
                }
            }
        }
    } catch {
        // ENODEV: the kernel knows no such type.
        guard error.errno == .operationNotSupportedByDevice, let type else { throw error }
        throw SystemCallError("mount", "\(name ?? target) as \(type)", errno: .operationNotSupportedByDevice)
    }
}

private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

/// The path by which a descriptor's place can be given to calls that take only paths (proc_pid_fd(5)).
///
/// Needs a /proc that shows this process.
package func pathOf(descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

/// umount2(2) with MNT_DETACH: gone from the tree at once, freed when nobody uses it.
package func detachMount(_ path: String) throws(SystemCallError) {
    try systemCall("umount2", path) { umount2(path, Int32(MNT_DETACH)) }
}

/// umount2(2).
package func unmount(_ path: String) throws(SystemCallError) {
    try systemCall("umount2", path) { umount2(path, 0) }
}

/// Makes `directory` (borrowed), a mount point, the root of the mount namespace, and detaches the old root.
///
/// The old root is put over the new one, so that no directory is needed for it (pivot_root(2), NOTES).
package func pivotRoot(to directory: Int32, name: String) throws(SystemCallError) {
    let oldRoot = try openFile("/", O_DIRECTORY | O_RDONLY)
    try systemCall("fchdir", name) { fchdir(directory) }
    try systemCall("pivot_root", name) { martlet_pivot_root(".", ".") }
    // Slave first, so that the detaching does not spread to the host.
    try systemCall("fchdir", "/") { fchdir(oldRoot.raw) }
    try mountFileSystem(source: nil, target: ".", flags: [.slave, .recursive], name: "the old root")
    try detachMount(".")
    try systemCall("chdir", "/") { chdir("/") }
}

/// mount_setattr(2) on the mount at `directory` (borrowed).
///
/// - Parameters:
///   - recursive: all mounts below too.
///   - userNamespace: the descriptor of the user namespace of an idmapped mount; borrowed.
package func setMountAttributes(
    of directory: Int32, set: MountAttributes, clear: MountAttributes = [], propagation: MountFlags = [],
    recursive: Bool, userNamespace: Int32? = nil, name: String
) throws(SystemCallError) {
    let flags: UInt32 = 0x1000 /* AT_EMPTY_PATH */ | (recursive ? 0x8000 /* AT_RECURSIVE */ : 0)
    try systemCall(
        "mount_setattr", name, remedy: { $0 == .noFunction ? "it came with Linux 5.12" : nil }
    ) {
        martlet_mount_setattr(
            directory, "", flags, set.rawValue, clear.rawValue, UInt64(propagation.rawValue),
            UInt64(userNamespace ?? 0))
    }
}

/// A copy of the mount at `path`, attached nowhere (open_tree(2) with OPEN_TREE_CLONE).
///
/// - Parameter recursive: with all mounts below.
package func cloneMount(_ path: String, recursive: Bool) throws(SystemCallError) -> OwnedFileDescriptor {
    let flags: UInt32 = 1 /* OPEN_TREE_CLONE */ | UInt32(O_CLOEXEC) | (recursive ? 0x8000 /* AT_RECURSIVE */ : 0)
    let raw = try systemCall("open_tree", path) { martlet_open_tree(AT_FDCWD, path, flags) }
    return OwnedFileDescriptor(owning: raw)
}

/// The tree at `path` without the mounts below it, attached nowhere and read-only: a file that is opened through it can't
/// be opened for writing by its descriptor, by whatever process, nor by what was executed or mapped from it, whoever owns
/// the file (proc_pid_exe(5), proc_pid_fd(5)).
///
/// To be kept open for as long as can be: the last close takes the mount apart, which waits for the kernel (an RCU grace
/// period, up to tens of milliseconds). What was opened stays as it is.
///
/// - Throws: `EPERM` without CAP_SYS_ADMIN; `ENOSYS` before Linux 5.12.
package func cloneMountReadOnly(_ path: String) throws(SystemCallError) -> OwnedFileDescriptor {
    let tree = try cloneMount(path, recursive: false)
    try setMountAttributes(
        of: tree.raw, set: .readOnly, recursive: false, name: path)
    return tree
}

/// Attaches a detached mount at the place that `target` stands for. Both are borrowed.
package func attachMount(_ mount: Int32, at target: Int32, name: String) throws(SystemCallError) {
    // MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH
    try systemCall("move_mount", name) { martlet_move_mount(mount, "", target, "", 0x4 | 0x40) }
}

/// Where an open file is, as the kernel names it from this process's root (proc_pid_fd(5)).
package func linkTarget(ofDescriptor descriptor: Int32) throws(SystemCallError) -> String {
    try linkTarget(of: pathOf(descriptor: descriptor))
}

/// What a link says (readlink(2)).
package func linkTarget(of path: String) throws(SystemCallError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = try systemCall("readlink", path) { readlink(path, &buffer, buffer.count) }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
