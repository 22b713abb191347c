internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Applies layers to a root filesystem, the lowest first (image-spec, layer.md, "Applying Changesets").
package final class LayerUnpacker {
    private let root: RootDirectory
    /// What the present layer has made or named, by inode: a whiteout is about what was there before.
    private var made: Set<UInt64> = []
    private var entries = 0
    private var bytes = 0

    /// More than any image has that is meant to be run.
    private static let mostEntries = 2_000_000
    private static let mostBytes = 64 << 30
    private static let whiteout = ".wh."
    private static let opaque = ".wh..wh..opq"

    /// - Parameter rootfs: a folder.
    package init(rootfs: String) throws {
        root = try RootDirectory(rootfs)
    }

    /// Applies a layer. What was unpacked before something is wrong stays.
    ///
    /// - Parameter name: how errors name it.
    package func apply(_ layer: inout TarReader, name: String) throws {
        made = []
        // Folders get their times at the end, which making something in them changes.
        var folders: [(path: String, modified: Int64)] = []
        while let entry = try layer.next() {
            entries += 1
            bytes += entry.size
            guard entries <= Self.mostEntries, bytes <= Self.mostBytes else {
                throw ImageError(
                    .unsupported, name, "more than \(Self.mostEntries) files or \(Self.mostBytes >> 30) GiB in an image"
                )
            }
            do {
                let path = try Self.checked(entry.name, name)
                try apply(entry, path: path, &layer, name: name)
                if entry.kind == .folder { folders.append((path, entry.modified)) }
            } catch let error as SystemCallError {
                throw ImageError(.malformed, name, "\(entry.name) can't be made: \(error)")
            }
        }
        for folder in folders {
            guard let opened = try? root.open(folder.path, O_RDONLY | O_DIRECTORY) else { continue }
            setTime(opened.raw, "", folder.modified)
        }
    }

    /// A path without what stands for the root, and without `.`.
    private static func checked(_ path: String, _ archive: String) throws(ImageError) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else {
            throw ImageError(.malformed, archive, "the entry \(path) leads out of the image")
        }
        return "/" + parts.joined(separator: "/")
    }

    private func apply(_ entry: TarEntry, path: String, _ layer: inout TarReader, name: String) throws {
        let (parentPath, last) = splitLast(path)
        guard let last else {
            // The root itself.
            if entry.kind == .folder { try setOwner(root.raw, ".", entry) }
            return
        }
        let parent = try root.openMakingDirectories(parentPath)
        if last.hasPrefix(Self.whiteout) { return try remove(last, in: parent.raw, path) }
        try makeRoom(for: entry.kind, last, in: parent.raw, path)
        switch entry.kind {
        case .folder:
            if case .failure(let code) = attempt({ mkdirat(parent.raw, last, 0o700) }), code != .fileExists {
                throw SystemCallError("mkdirat", path, errno: code)
            }
            try setOwner(parent.raw, last, entry)
        case .file:
            try write(&layer, last, in: parent.raw, path)
            try setOwner(parent.raw, last, entry)
            setTime(parent.raw, last, entry.modified)
        case .symbolicLink:
            try systemCall("symlinkat", path) { symlinkat(entry.link, parent.raw, last) }
            try setOwner(parent.raw, last, entry)
            setTime(parent.raw, last, entry.modified)
        case .hardLink:
            // The entry that it links to has the owner and the mode.
            let (folder, target) = splitLast(try Self.checked(entry.link, name))
            guard let target else { throw ImageError(.malformed, name, "\(entry.name) links to a folder") }
            let place = try root.open(folder, OpenFlag.path | O_DIRECTORY)
            try systemCall("linkat", path) { linkat(place.raw, target, parent.raw, last, 0) }
            if let status = try status(last, in: parent.raw, path) { made.insert(UInt64(status.st_ino)) }
        case .characterDevice, .blockDevice, .fifo:
            let kinds: [TarEntry.Kind: mode_t] = [.characterDevice: S_IFCHR, .blockDevice: S_IFBLK, .fifo: S_IFIFO]
            let device = deviceNumber(major: entry.major, minor: entry.minor)
            try systemCall("mknodat", path) {
                mknodat(parent.raw, last, (kinds[entry.kind] ?? S_IFIFO) | 0o600, dev_t(device))
            }
            try setOwner(parent.raw, last, entry)
        }
    }

    private func write(_ layer: inout TarReader, _ name: String, in parent: Int32, _ path: String) throws {
        let file = try openFile(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, in: parent)
        try layer.copy(to: file.raw, name: path)
    }

    /// The owner first: that takes set-id bits away. Links are never followed.
    private func setOwner(_ parent: Int32, _ name: String, _ entry: TarEntry) throws {
        try systemCall("fchownat", entry.name) { fchownat(parent, name, entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) }
        if entry.kind != .symbolicLink {
            try systemCall("fchmodat", entry.name) { fchmodat(parent, name, mode_t(entry.mode), 0) }
        }
        if let status = try status(name, in: parent, entry.name) { made.insert(UInt64(status.st_ino)) }
    }

    /// That of a file is of no matter to whether it runs.
    private func setTime(_ parent: Int32, _ name: String, _ seconds: Int64) {
        let times = [timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0)]
        if name.isEmpty {
            _ = futimens(parent, times)
        } else {
            _ = utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW)
        }
    }

    // MARK: What was there before

    /// Takes away what an entry replaces; a folder stays for a folder.
    private func makeRoom(for kind: TarEntry.Kind, _ name: String, in parent: Int32, _ path: String) throws {
        guard let found = try status(name, in: parent, path) else { return }
        let isFolder = found.st_mode & S_IFMT == S_IFDIR
        if isFolder, kind == .folder { return }
        try removeTree(name, isFolder: isFolder, in: parent, path)
    }

    /// A whiteout: the name without its mark is not there any more; or nothing is that the layers below have there.
    private func remove(_ name: String, in parent: Int32, _ path: String) throws {
        if name == Self.opaque { return try prune(parent, path) }
        let target = String(name.dropFirst(Self.whiteout.count))
        // Other marks of aufs say nothing of the files.
        guard !target.hasPrefix(Self.whiteout) else { return }
        guard !target.isEmpty, target != ".", target != ".." else {
            throw ImageError(.malformed, path, "a whiteout of nothing")
        }
        guard let found = try status(target, in: parent, path), !made.contains(UInt64(found.st_ino)) else { return }
        try removeTree(target, isFolder: found.st_mode & S_IFMT == S_IFDIR, in: parent, path)
    }

    /// Removes what is not of this layer.
    private func prune(_ folder: Int32, _ path: String) throws {
        for name in try entryNames(of: folder, name: path) {
            guard let found = try status(name, in: folder, path) else { continue }
            let isOwn = made.contains(UInt64(found.st_ino))
            if found.st_mode & S_IFMT == S_IFDIR {
                let inner = try openFile(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, in: folder)
                try prune(inner.raw, "\(path)/\(name)")
                // One with something of this layer in it stays.
                if !isOwn { _ = unlinkat(folder, name, AT_REMOVEDIR) }
            } else if !isOwn {
                try systemCall("unlinkat", "\(path)/\(name)") { unlinkat(folder, name, 0) }
            }
        }
    }

    private func removeTree(_ name: String, isFolder: Bool, in parent: Int32, _ path: String) throws {
        if isFolder {
            let folder = try openFile(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, in: parent)
            for inner in try entryNames(of: folder.raw, name: path) {
                guard let found = try status(inner, in: folder.raw, path) else { continue }
                try removeTree(inner, isFolder: found.st_mode & S_IFMT == S_IFDIR, in: folder.raw, "\(path)/\(inner)")
            }
        }
        try systemCall("unlinkat", path) { unlinkat(parent, name, isFolder ? AT_REMOVEDIR : 0) }
    }

    /// - Returns: nil when there is no such file.
    private func status(_ name: String, in parent: Int32, _ path: String) throws(SystemCallError) -> stat? {
        var found = stat()
        switch attempt({ fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) }) {
        case .success: return found
        case .failure(.noSuchFileOrDirectory): return nil
        case .failure(let code): throw SystemCallError("fstatat", path, errno: code)
        }
    }
}
