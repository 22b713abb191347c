internal import CLinux
package import Glibc
package import SystemPackage

/// A path that nobody vouches for, from a directory that it may not lead out of.
///
/// It is relative: an absolute one, `..` above the directory, and a link that leads out, on the way or at the end, are
/// `EPERM`, and magic links of /proc are not followed. The kernel sees to it (`RESOLVE_BENEATH` of openat2(2), Linux
/// 5.6), so it holds also while somebody changes the tree; where openat2 may not be called, nothing can be done. What
/// acts on a name rather than on what it leads to has the directory opened so, and says the bare name.
package struct ConfinedPath {
    // Borrowed.
    private let start: Int32
    private let path: String

    /// - Parameter directory: borrowed; it may be one that was opened by `O_PATH`.
    /// - Throws: `EINVAL` if there is a NUL in the path.
    package init(_ path: String, below directory: Int32) throws(Errno) {
        guard !path.utf8.contains(0) else { throw .invalidArgument }
        self.path = path
        start = directory
    }

    // MARK: What it leads to

    /// Opens it. Nothing that is opened makes anybody wait, nor is it the process's terminal.
    ///
    /// - Parameter flags: of open(2); some are added.
    package func open(_ flags: Int32, mode: UInt32 = 0) throws(Errno) -> OwnedFileDescriptor {
        try Self.open(path, below: start, flags | O_NONBLOCK | O_NOCTTY, mode: mode)
    }

    private static func open(
        _ path: String, below start: Int32, _ flags: Int32, mode: UInt32 = 0
    ) throws(Errno) -> OwnedFileDescriptor {
        // RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS
        let resolve: UInt64 = 0x08 | 0x02
        var code = Errno.resourceTemporarilyUnavailable
        // EAGAIN: there was a rename somewhere while ".." was resolved. Those who rename can't hold this up for ever.
        for _ in 0..<64 where code == .resourceTemporarilyUnavailable {
            let opened = attempt {
                martlet_openat2(start, path, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), UInt64(mode), resolve)
            }
            switch opened {
            case .success(let raw): return OwnedFileDescriptor(owning: raw)
            case .failure(let failure): code = failure
            }
        }
        throw code == .improperLink ? .notPermitted : code
    }

    /// As stat(2) and lstat(2).
    package func status(followsLinks: Bool) throws(Errno) -> stat {
        if !path.utf8.contains(UInt8(ascii: "/")), path != ".." {
            // A name can't lead out, unless it is a link's.
            var status = stat()
            _ = try attempt { fstatat(start, path, &status, AT_SYMLINK_NOFOLLOW) }.get()
            if !followsLinks || status.st_mode & S_IFMT != S_IFLNK { return status }
        }
        let place = try Self.open(path, below: start, OpenFlag.path | (followsLinks ? 0 : O_NOFOLLOW))
        return try Self.status(of: place.raw)
    }

    /// As fstat(2).
    package static func status(of descriptor: Int32) throws(Errno) -> stat {
        var status = stat()
        _ = try attempt { fstat(descriptor, &status) }.get()
        return status
    }

    /// Sets the times of the last access and the last change, as utimensat(2) has them.
    package func setTimes(_ times: (timespec, timespec), followsLinks: Bool) throws(Errno) {
        if followsLinks {
            let place = try Self.open(path, below: start, OpenFlag.path)
            return try Self.setTimes(times, of: place.raw)
        }
        let entry = try Entry(path, below: start, meansDirectory: true)
        let list = [times.0, times.1]
        _ = try attempt { utimensat(entry.folder, entry.name, list, AT_SYMLINK_NOFOLLOW) }.get()
    }

    /// As futimens(2), of a descriptor of any kind.
    package static func setTimes(_ times: (timespec, timespec), of descriptor: Int32) throws(Errno) {
        // AT_EMPTY_PATH, with Linux 5.8: futimens(2) refuses places.
        let list = [times.0, times.1]
        _ = try attempt { utimensat(descriptor, "", list, 0x1000) }.get()
    }

    /// What a link says.
    package func readLink() throws(Errno) -> [UInt8] {
        let entry = try Entry(path, below: start, meansDirectory: true)
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try attempt { readlinkat(entry.folder, entry.name, &target, target.count) }.get()
        return target.prefix(count).map(UInt8.init(bitPattern:))
    }

    // MARK: Names

    /// As mkdir(2).
    package func makeDirectory() throws(Errno) {
        let entry = try Entry(path, below: start)
        _ = try attempt { mkdirat(entry.folder, entry.name, 0o777) }.get()
    }

    /// As rmdir(2), or as unlink(2).
    package func remove(isDirectory: Bool) throws(Errno) {
        let entry = try Entry(path, below: start)
        _ = try attempt { unlinkat(entry.folder, entry.name, isDirectory ? AT_REMOVEDIR : 0) }.get()
    }

    /// As symlink(2).
    package func makeLink(saying target: String) throws(Errno) {
        guard !target.utf8.contains(0) else { throw .invalidArgument }
        let entry = try Entry(path, below: start)
        _ = try attempt { symlinkat(target, entry.folder, entry.name) }.get()
    }

    /// As link(2): of a link itself.
    package func link(to other: ConfinedPath) throws(Errno) {
        let entry = try Entry(path, below: start, meansDirectory: true)
        let new = try Entry(other.path, below: other.start)
        _ = try attempt { linkat(entry.folder, entry.name, new.folder, new.name, 0) }.get()
    }

    /// As rename(2).
    package func rename(to other: ConfinedPath) throws(Errno) {
        let entry = try Entry(path, below: start)
        let new = try Entry(other.path, below: other.start)
        _ = try attempt { renameat(entry.folder, entry.name, new.folder, new.name) }.get()
    }

    /// A name, and the directory that it is in.
    private struct Entry: ~Copyable {
        private let opened: OwnedFileDescriptor?
        private let start: Int32
        /// It has no slash, but for those that it ends in.
        let name: String

        /// The directory, borrowed.
        var folder: Int32 {
            switch opened {
            case .some(let opened): opened.raw
            case .none: start
            }
        }

        /// - Parameter meansDirectory: whether a slash at the end asks for the directory that the path leads to; calls
        ///   that make or remove names take no link for it.
        init(_ path: String, below start: Int32, meansDirectory: Bool = false) throws(Errno) {
            guard !path.isEmpty else { throw .noSuchFileOrDirectory }
            let slash = UInt8(ascii: "/")
            let end = path.utf8.lastIndex { $0 != slash }.map { path.utf8.index(after: $0) } ?? path.startIndex
            let first = path[..<end].utf8.lastIndex(of: slash).map { path.utf8.index(after: $0) } ?? path.startIndex
            let last = path[first..<end]
            var (folder, name) = (String(path[..<first]), String(path[first...]))
            if last.isEmpty || last == "." || last == ".." || meansDirectory && end != path.endIndex {
                (folder, name) = (path, ".")
            }
            self.opened = try Self.open(folder, below: start)
            self.start = start
            self.name = name
        }

        /// - Returns: nil for the directory itself.
        private static func open(_ folder: String, below start: Int32) throws(Errno) -> OwnedFileDescriptor? {
            folder.isEmpty ? nil : try ConfinedPath.open(folder, below: start, OpenFlag.path | O_DIRECTORY)
        }
    }
}
