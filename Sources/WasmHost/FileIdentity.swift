internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Which file it is and in which state, as far as the kernel tells without reading it.
///
/// Device and inode alone would not do. The device number of an overlay is another at each mount, so that it says
/// nothing of the file, and is left out: the inode number is the one of the layer below. Size, ctime and mtime (to the
/// nanosecond) go with it: for two files to be taken for one, all must be equal, and the ctime is the kernel's own
/// clock, which nobody sets. What remains is a file that is changed twice within one tick of that clock; so nothing
/// is remembered of a file that changed less than two seconds ago.
struct FileIdentity {
    /// 0 for a file of an overlay.
    let device: UInt64
    let inode: UInt64
    let size: Int
    let changed: timespec
    let modified: timespec

    /// - Throws: ``GuestError`` if the descriptor is not of a regular file.
    init(of descriptor: Int32, name: String) throws(GuestError) {
        var status = stat()
        let isOverlaid: Bool
        do throws(SystemCallError) {
            try systemCall("fstat", name) { fstat(descriptor, &status) }
            isOverlaid = try FileSystemInfo(of: descriptor, name: name).type == FileSystemInfo.overlay
        } catch {
            throw GuestError(error)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "no regular file"
            throw GuestError(.notAModule, "\(name) is not a WebAssembly module: it is \(kind)")
        }
        self.init(status, isOverlaid: isOverlaid)
    }

    init(_ status: stat, isOverlaid: Bool) {
        device = isOverlaid ? 0 : UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        changed = status.st_ctim
        modified = status.st_mtim
    }

    /// Whether the file has been left alone long enough for its ctime to tell every state from the next.
    var isSettled: Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now.tv_sec - changed.tv_sec > 2
    }

    /// A file name that stands for the identity.
    var key: String {
        [
            device, inode, UInt64(size), UInt64(bitPattern: Int64(changed.tv_sec)), UInt64(changed.tv_nsec),
            UInt64(bitPattern: Int64(modified.tv_sec)), UInt64(modified.tv_nsec),
        ].map { String($0, radix: 16) }.joined(separator: "-")
    }
}
