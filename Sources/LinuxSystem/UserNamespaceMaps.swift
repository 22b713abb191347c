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

/// A user namespace with these maps and no process. Forks: only for a process that has one thread.
package func makeUserNamespace(uidMap: String, gidMap: String) throws(SystemCallError) -> OwnedFileDescriptor {
    let ends = try makePipe()
    let reading = OwnedFileDescriptor(owning: ends.reading)
    let writing = OwnedFileDescriptor(owning: ends.writing)
    let child = try systemCall("fork") { martlet_fork() }
    if child == 0 {
        // Says 0 or an errno, then stands still until it is killed: it holds the namespace open.
        var answer: Int32 = martlet_unshare(NamespaceFlags.user.rawValue) == 0 ? 0 : errno
        _ = write(writing.raw, &answer, 4)
        while true { pause() }
    }
    defer {
        _ = kill(child, SIGKILL)
        // Reaped, or gone already where SIGCHLD is ignored.
        _ = attempt { waitpid(child, nil, 0) }
    }
    var answer: Int32 = 0
    try systemCall("read") { read(reading.raw, &answer, 4) }
    guard answer == 0 else { throw SystemCallError("unshare", "user", errno: Errno(rawValue: answer)) }
    try writeIDMaps(of: child, uidMap: uidMap, gidMap: gidMap)
    return try openFile("/proc/\(child)/ns/user", O_RDONLY)
}
