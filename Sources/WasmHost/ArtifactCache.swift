internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The node's store of compiled modules, shared by all engines of the node.
///
/// In a directory of its own, owned by this user with mode 0700:
/// - `DIGEST-CONFIGURATION.module` and `.component`: an artifact, mode 0600. DIGEST is the SHA-256 of the module's
///   file, CONFIGURATION stands for the engine's version and settings. Beside a component that is served there may be
///   its `.lowered`, the core module that was made of it.
/// - `index/IDENTITY`: a symbolic link whose text is the digest of the file with that identity (see `FileIdentity`),
///   so that it need not be read again.
/// - `new-…`: an artifact being written. It gets its name by rename, after it is on the disk.
/// - `lock`: locked at one byte per artifact while that is compiled.
///
/// An artifact is native code that will run with the engine's rights, so only root may write here. What is checked
/// when one is opened: it is a regular file (links are not followed), of this owner, closed to others, and wasmtime
/// takes it: version, settings and CPU in its header agree, and its tables, which lie at the end, are whole (so
/// a truncated file is a miss). Its contents are not hashed: for a 100 MB artifact that would cost half a second at
/// each start, and whoever can change them can change this program as well; against a crash of the machine there is
/// the fsync before the rename.
package final class ArtifactCache {
    let directory: OwnedFileDescriptor
    /// The directory once more, through a read-only mount, where that can be had: what is opened in it can't be written
    /// to by way of the descriptor that a guest keeps, whoever may look into the guest's process.
    private let readable: OwnedFileDescriptor
    private let index: OwnedFileDescriptor
    let path: String
    private let limit: UInt64
    private let configuration: String
    private var temporaries = 0

    /// Entries of the index beyond which it is begun anew.
    private static let largestIndex = 4096

    /// - Parameters:
    ///   - path: absolute; made when it is absent.
    ///   - limit: bytes that the artifacts may take together.
    package init(path: String, limit: UInt64, configuration: EngineConfiguration) throws(GuestError) {
        self.path = path
        self.limit = limit
        self.configuration = String(SHA256.digest(of: configuration.fingerprint).prefix(16))
        do throws(SystemCallError) {
            try Self.makeDirectory(path)
            try Self.makeDirectory(path + "/index")
            directory = try Self.openDirectory(path, at: AT_FDCWD)
            readable = try Self.openReadable(directory.raw, path)
            index = try Self.openDirectory("index", at: directory.raw)
        } catch {
            throw GuestError(error)
        }
        try Self.requirePrivate(directory.raw, path)
        try Self.requirePrivate(index.raw, path + "/index")
    }

    private static func makeDirectory(_ path: String) throws(SystemCallError) {
        try makeDirectories(splitLast(path).parent, mode: 0o755)
        if case .failure(let code) = attempt({ mkdir(path, 0o700) }), code != .fileExists {
            throw SystemCallError("mkdir", path, errno: code)
        }
    }

    private static func openDirectory(_ path: String, at base: Int32) throws(SystemCallError) -> OwnedFileDescriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        return OwnedFileDescriptor(owning: try systemCall("openat", path) { openat(base, path, flags) })
    }

    private static func openReadable(_ directory: Int32, _ path: String) throws(SystemCallError) -> OwnedFileDescriptor
    {
        let place = pathOf(descriptor: directory)
        // EPERM, ENOSYS: see there.
        if let tree = try? cloneMountReadOnly(place + "/.") { return tree }
        return try openDirectory(".", at: directory)
    }

    private static func requirePrivate(_ descriptor: Int32, _ path: String) throws(GuestError) {
        var status = stat()
        do throws(SystemCallError) {
            try systemCall("fstat", path) { fstat(descriptor, &status) }
        } catch {
            throw GuestError(error)
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o7777, radix: 8)
            throw GuestError(
                .systemCall,
                "the artifact cache \(path) belongs to user \(status.st_uid) and has mode 0\(mode): it must belong to user "
                    + "\(geteuid()) with mode 0700, because what lies there is run as native code",
                errno: .permissionDenied)
        }
    }

    // MARK: The index

    /// The digest of the file, if it is known.
    func digest(of file: FileIdentity) -> String? {
        var target = [UInt8](repeating: 0, count: 65)
        let count = target.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlinkat(index.raw, file.key, $0, text.count) } ?? -1
            }
        }
        let digest = target.prefix(64)
        let isHexadecimal = digest.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return count == 64 && isHexadecimal ? String(decoding: digest, as: UTF8.self) : nil
    }

    /// Remembers the file's digest. A cache that can't be written to only costs time: failures are not reported.
    func remember(_ digest: String, of file: FileIdentity) {
        if file.isSettled {
            _ = symlinkat(digest, index.raw, file.key)
        }
    }

    // MARK: Artifacts

    func name(_ digest: String, _ kind: ArtifactKind) -> String {
        "\(digest)-\(configuration).\(kind.rawValue)"
    }

    /// Opens the artifact of a module, if there is one that may be used.
    func open(
        _ digest: String, _ kinds: [ArtifactKind] = [.module, .component]
    ) -> (descriptor: Int32, kind: ArtifactKind)? {
        for kind in kinds {
            let name = name(digest, kind)
            let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
            guard case .success(let descriptor) = attempt({ openat(readable.raw, name, flags) }) else {
                continue
            }
            var status = stat()
            let isOurs =
                fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid()
                && status.st_mode & 0o077 == 0
            guard isOurs else {
                _ = close(descriptor)
                continue
            }
            touch(name, status)
            return (descriptor, kind)
        }
        return nil
    }

    /// Notes in the atime that the artifact is in use; once an hour is enough.
    private func touch(_ name: String, _ status: stat) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec - status.st_atim.tv_sec > 3600 {
            // By its name: what is open is read-only.
            _ = martlet_touch_atime(directory.raw, name)
        }
    }

    /// Removes an artifact that wasmtime refuses.
    func remove(_ digest: String, _ kind: ArtifactKind) {
        _ = unlinkat(directory.raw, name(digest, kind), 0)
    }

    /// A new file to write an artifact to.
    func makeTemporary() throws(SystemCallError) -> (descriptor: Int32, name: String) {
        temporaries += 1
        let name = "new-\(getpid())-\(temporaries)"
        // One that a process of the same number left behind.
        _ = unlinkat(directory.raw, name, 0)
        let descriptor = try systemCall("openat", "\(path)/\(name)") {
            openat(directory.raw, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        return (descriptor, name)
    }

    /// Gives a written artifact its name, then makes room.
    func adopt(_ temporary: String, as digest: String, _ kind: ArtifactKind) throws(SystemCallError) {
        let name = name(digest, kind)
        try systemCall("renameat", "\(path)/\(name)") { renameat(directory.raw, temporary, directory.raw, name) }
        evict(except: name)
    }

    func hasContent(_ temporary: String) -> Bool {
        var status = stat()
        return fstatat(directory.raw, temporary, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_size > 0
    }

    func discard(_ temporary: String) {
        _ = unlinkat(directory.raw, temporary, 0)
    }

    // MARK: Room

    /// Removes what was not used for longest until the rest fits, and what unfinished compilations left behind.
    private func evict(except kept: String) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var artifacts: [(name: String, size: UInt64, used: Int)] = []
        for name in (try? entryNames(of: directory.raw, name: path)) ?? [] {
            var status = stat()
            guard fstatat(directory.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            if name.hasPrefix("new-") {
                if now.tv_sec - status.st_mtim.tv_sec > 3600 { discard(name) }
            } else if Self.isArtifact(name) {
                artifacts.append((name, UInt64(max(0, status.st_size)), status.st_atim.tv_sec))
            }
        }
        var total = artifacts.reduce(0) { $0 + $1.size }
        for artifact in artifacts.sorted(by: { $0.used < $1.used }) where total > limit && artifact.name != kept {
            _ = unlinkat(directory.raw, artifact.name, 0)
            total -= artifact.size
        }
        let entries = (try? entryNames(of: index.raw, name: "\(path)/index")) ?? []
        if entries.count > Self.largestIndex {
            for entry in entries { _ = unlinkat(index.raw, entry, 0) }
        }
    }
}
