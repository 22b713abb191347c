internal import CLinux
internal import Glibc
internal import SystemPackage

/// Opens a file, close-on-exec.
///
/// - Parameters:
///   - flags: of open(2); `O_CLOEXEC` is added.
///   - directory: what a relative path starts from; nil is the working directory. Borrowed.
package func openFile(
    _ path: String, _ flags: Int32, mode: UInt32 = 0, in directory: Int32? = nil
) throws(SystemCallError) -> OwnedFileDescriptor {
    let raw = try systemCall("open", path) { openat(directory ?? AT_FDCWD, path, flags | O_CLOEXEC, mode_t(mode)) }
    return OwnedFileDescriptor(owning: raw)
}

/// Flags of open(2) that Glibc hides from Swift.
package enum OpenFlag {
    /// `O_PATH`: a place in the tree, nothing that can be read.
    package static let path = Int32(truncatingIfNeeded: martlet_o_path)
}

/// Reads a file to its end.
///
/// - Parameter limit: how many bytes at the most; a longer file is `EFBIG`.
package func readToEnd(
    of descriptor: Int32, limit: Int, name: String
) throws(SystemCallError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = try systemCall("read", name) { read(descriptor, &buffer, buffer.count) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: buffer.prefix(count))
        if bytes.count > limit { throw SystemCallError("read", name, errno: .fileTooLarge) }
    }
}

/// Reads a small text file, such as one of /proc, as UTF-8.
package func readText(_ path: String, limit: Int = 4 << 20) throws(SystemCallError) -> String {
    let file = try openFile(path, O_RDONLY)
    return String(decoding: try readToEnd(of: file.raw, limit: limit, name: path), as: UTF8.self)
}

/// Writes text to an open file of the kernel's (procfs, cgroupfs) in one write(2), which is how such files want it.
package func writeText(_ text: String, to descriptor: Int32, name: String) throws(SystemCallError) {
    let bytes = Array(text.utf8)
    try systemCall("write", name) { write(descriptor, bytes, bytes.count) }
}

/// Writes text to an existing file of the kernel's by path.
package func writeText(_ text: String, toFileAt path: String) throws(SystemCallError) {
    let file = try openFile(path, O_WRONLY)
    try writeText(text, to: file.raw, name: path)
}

/// Writes all of it, in as many write(2)s as it takes.
package func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String
) throws(SystemCallError) {
    var rest = bytes
    while !rest.isEmpty {
        let count = try systemCall("write", name) { write(descriptor, rest.baseAddress, rest.count) }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
}

/// Writes a file whole: a reader sees what was there or the new one, also when the writer is killed.
package func writeFile(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SystemCallError) {
    let temporary = "\(path).\(getpid())"
    // Left by an earlier process of this pid.
    _ = unlink(temporary)
    do throws(SystemCallError) {
        let file = try openFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemCallError) in
            try writeAll(UnsafeRawBufferPointer(bytes), to: file.raw, name: path)
        }
        try systemCall("rename", path) { rename(temporary, path) }
    } catch {
        _ = unlink(temporary)
        throw error
    }
}

/// Closes every descriptor from 3 on but those named.
package func closeDescriptors(except kept: [Int32]) throws(SystemCallError) {
    var first: UInt32 = 3
    for each in kept.filter({ $0 >= 3 }).sorted() {
        let each = UInt32(each)
        if each > first { try closeRange(first, each - 1) }
        first = max(first, each + 1)
    }
    try closeRange(first, .max)
}

/// Sees to it that no program that is executed gets the descriptor.
package func closeOnExec(_ descriptor: Int32) throws(SystemCallError) {
    try systemCall("fcntl", "FD_CLOEXEC") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
}

private func closeRange(_ first: UInt32, _ last: UInt32) throws(SystemCallError) {
    try systemCall("close_range") { martlet_close_range(first, last, 0) }
}

/// The type of file that a descriptor stands for, and what else fstat(2) says of it.
package struct FileStatus: Sendable {
    package enum Kind: Sendable {
        case regular, directory, symbolicLink, characterDevice, blockDevice, fifo, socket
    }

    package let kind: Kind
    /// The permission bits, with set-id and sticky bits.
    package let permissions: UInt32
    package let owner: UInt32
    package let group: UInt32
    /// The device that a device node stands for.
    package let representedDevice: UInt64
    package let inode: UInt64

    package init(of descriptor: Int32, name: String? = nil) throws(SystemCallError) {
        var found = stat()
        try systemCall("fstat", name) { fstat(descriptor, &found) }
        kind =
            switch found.st_mode & S_IFMT {
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFCHR: .characterDevice
            case S_IFBLK: .blockDevice
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            default: .regular
            }
        permissions = found.st_mode & 0o7777
        owner = found.st_uid
        group = found.st_gid
        representedDevice = UInt64(found.st_rdev)
        inode = UInt64(found.st_ino)
    }
}

/// A device number from its parts (makedev(3)).
package func deviceNumber(major: UInt32, minor: UInt32) -> UInt64 {
    martlet_device_number(major, minor)
}
