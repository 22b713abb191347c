internal import CLinux
internal import Glibc
internal import SystemPackage

/// A directory below which paths of an image or a guest are resolved as though it were `/`.
///
/// Symbolic links, `..` and absolute links stay below it, and the magic links of /proc are refused: the kernel sees to
/// it (`RESOLVE_IN_ROOT` of openat2(2), Linux 5.6), so it holds also while somebody changes the tree.
package struct RootDirectory: ~Copyable, Sendable {
    private let directory: OwnedFileDescriptor
    /// How errors name it.
    private let name: String

    package init(_ path: String) throws(SystemCallError) {
        directory = try openFile(path, O_DIRECTORY | OpenFlag.path)
        name = path
    }

    /// The directory itself, borrowed.
    package var raw: Int32 { directory.raw }

    /// Opens what `path` leads to.
    ///
    /// - Parameter flags: of open(2); `O_CLOEXEC` is added.
    package func open(
        _ path: String, _ flags: Int32 = OpenFlag.path, mode: UInt32 = 0
    ) throws(SystemCallError) -> OwnedFileDescriptor {
        // RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS
        let resolve: UInt64 = 0x10 | 0x02
        let raw = try systemCall("openat2", path, remedy: { Self.remedy(for: $0) }) {
            let raw = martlet_openat2(
                directory.raw, path, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), UInt64(mode), resolve)
            // A rename in the tree while ".." was resolved: once more (openat2(2), ERRORS).
            if raw < 0, Glibc.errno == EAGAIN { Glibc.errno = EINTR }
            return raw
        }
        return OwnedFileDescriptor(owning: raw)
    }

    private static func remedy(for code: Errno) -> String? {
        code == .noFunction ? "it came with Linux 5.6" : nil
    }

    /// Opens a directory, after making what is missing of it with mode 0755 less the umask.
    package func openMakingDirectories(_ path: String) throws(SystemCallError) -> OwnedFileDescriptor {
        do {
            return try open(path, OpenFlag.path | O_DIRECTORY)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
        return try open(try makeMissing(path), OpenFlag.path | O_DIRECTORY)
    }

    /// Opens what is at `path`, after making an empty file, and the directories to it, if nothing is.
    package func openMakingFile(_ path: String) throws(SystemCallError) -> OwnedFileDescriptor {
        do {
            return try open(path)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
        let (parent, last) = splitLast(path)
        guard let last else { throw SystemCallError("openat2", path, errno: .isDirectory) }
        let folder = try openMakingDirectories(parent)
        let made = attempt { openat(folder.raw, last, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o644) }
        switch made {
        case .success(let raw): _ = close(raw)
        case .failure(.fileExists): break
        case .failure(let code): throw SystemCallError("openat", path, errno: code)
        }
        return try open(path)
    }

    /// Makes the directories that are missing on the way to `path`, following the links that are there, also those
    /// that dangle. Answers the path without links.
    private func makeMissing(_ path: String) throws(SystemCallError) -> String {
        var resolved: [Substring] = []
        var remaining = Array(path.split(separator: "/").reversed())
        var links = 0
        while let next = remaining.popLast() {
            if next == "." { continue }
            if next == ".." {
                _ = resolved.popLast()
                continue
            }
            let place = "/" + (resolved + [next]).joined(separator: "/")
            do throws(SystemCallError) {
                let found = try open(place, OpenFlag.path | O_NOFOLLOW)
                guard try FileStatus(of: found.raw, name: place).kind == .symbolicLink else {
                    resolved.append(next)
                    continue
                }
                links += 1
                guard links <= 40 else { throw SystemCallError("openat2", path, errno: .tooManySymbolicLinkLevels) }
                let target = try readLink(of: found.raw, name: place)
                if target.hasPrefix("/") { resolved = [] }
                remaining.append(contentsOf: target.split(separator: "/").reversed())
            } catch {
                guard error.errno == .noSuchFileOrDirectory else { throw error }
                let parent = try open("/" + resolved.joined(separator: "/"), OpenFlag.path | O_DIRECTORY)
                let made = attempt { mkdirat(parent.raw, String(next), 0o755) }
                if case .failure(let code) = made, code != .fileExists {
                    throw SystemCallError("mkdirat", place, errno: code)
                }
                resolved.append(next)
            }
        }
        return "/" + resolved.joined(separator: "/")
    }
}

/// The target of the symbolic link that an `O_PATH` descriptor stands for.
private func readLink(of descriptor: Int32, name: String) throws(SystemCallError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = try systemCall("readlinkat", name) { readlinkat(descriptor, "", &buffer, buffer.count) }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// A path's folder and its last name; nil for a path that ends in no name (`/`, `.`, `..`).
package func splitLast(_ path: String) -> (parent: String, last: String?) {
    let parts = path.split(separator: "/")
    guard let last = parts.last, last != ".", last != ".." else { return (path, nil) }
    return ("/" + parts.dropLast().joined(separator: "/"), String(last))
}
