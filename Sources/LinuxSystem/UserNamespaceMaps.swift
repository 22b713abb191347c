internal import CLinux
internal import Glibc
internal import SystemPackage

/// Writes the maps of a process's new user namespace (user_namespaces(7)), each in one write, as the kernel wants it.
///
/// - Parameters:
///   - uidMap: lines of "inside outside length".
///   - pid: of a process in the user namespace.
package func writeIDMaps(of pid: Int32, uidMap: String, gidMap: String) throws(SystemCallError) {
    try writeText(uidMap, toFileAt: "/proc/\(pid)/uid_map")
    try writeText(gidMap, toFileAt: "/proc/\(pid)/gid_map")
}

/// A user namespace with these maps and no process; from any thread.
package func makeUserNamespace(uidMap: String, gidMap: String) throws(SystemCallError) -> OwnedFileDescriptor {
    let holder = try systemCall("unshare", "user") { martlet_hold_user_namespace() }
    defer { martlet_end_held_namespace(holder) }
    try writeIDMaps(of: holder, uidMap: uidMap, gidMap: gidMap)
    return try openFile("/proc/\(holder)/ns/user", O_RDONLY)
}
