internal import CLinux
internal import Glibc
internal import SystemPackage

/// A /proc that is known to be the kernel's, whatever is mounted where: its files are reached by no link and over no
/// mount (`RESOLVE_BENEATH`, `RESOLVE_NO_XDEV` of openat2(2)).
///
/// Opened in the runtime's own mount namespace and kept, so that nothing of a container's filesystem can pose as it.
package final class ProcDirectory: Sendable {
    private let directory: OwnedFileDescriptor

    /// - Throws: `EINVAL` when /proc is not procfs.
    package init() throws(SystemCallError) {
        let opened = try openFile("/proc", O_DIRECTORY | OpenFlag.path)
        guard try FileSystemInfo(of: opened.raw, name: "/proc").type == FileSystemInfo.proc else {
            throw SystemCallError("open", "/proc", errno: .invalidArgument, remedy: "it is not a procfs")
        }
        directory = opened
    }

    /// Borrowed.
    package var raw: Int32 { directory.raw }

    /// The pid of the calling process as this /proc numbers it: its own, or an outer pid namespace's.
    package func ownPID() throws(SystemCallError) -> Int32 {
        var buffer = [CChar](repeating: 0, count: 32)
        let length = try systemCall("readlinkat", "/proc/self") {
            readlinkat(directory.raw, "self", &buffer, buffer.count)
        }
        let text = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let pid = Int32(text) else { throw SystemCallError("readlinkat", "/proc/self", errno: .invalidArgument) }
        return pid
    }

    /// Writes to a file below, such as `sys/net/ipv4/ip_forward`.
    package func write(_ text: String, to path: String) throws(SystemCallError) {
        let file = try open(path, O_WRONLY)
        try writeText(text, to: file.raw, name: "/proc/\(path)")
    }

    /// Opens a file below for `writeText`; the caller closes it.
    package func openToWrite(_ path: String) throws(SystemCallError) -> OwnedFileDescriptor { try open(path, O_WRONLY) }

    /// Opens a file below to be read; the caller closes it.
    package func openToRead(_ path: String) throws(SystemCallError) -> OwnedFileDescriptor { try open(path, O_RDONLY) }

    package func has(_ path: String) -> Bool { faccessat(directory.raw, path, F_OK, 0) == 0 }

    /// Reads a file below.
    package func read(_ path: String) throws(SystemCallError) -> String {
        let file = try open(path, O_RDONLY)
        return String(decoding: try readToEnd(of: file.raw, limit: 4 << 20, name: "/proc/\(path)"), as: UTF8.self)
    }

    private func open(_ path: String, _ flags: Int32) throws(SystemCallError) -> OwnedFileDescriptor {
        // RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_BENEATH
        let resolve: UInt64 = 0x01 | 0x02 | 0x08
        let raw = try systemCall("openat2", "/proc/\(path)") {
            martlet_openat2(directory.raw, path, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), 0, resolve)
        }
        return OwnedFileDescriptor(owning: raw)
    }
}
