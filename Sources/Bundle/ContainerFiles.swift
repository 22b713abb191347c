internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// Files of a container before its mounts are made: looked up in the root filesystem and in the sources of its bind
/// mounts, as the container will see them.
struct ContainerFiles {
    /// Absolute.
    let rootfs: String
    let bundle: Bundle
    let mounts: [Mount]

    /// What a path leads to.
    enum Found: ~Copyable {
        /// A regular file, open for reading, whether anybody may execute it, and its first bytes.
        case file(OwnedFileDescriptor, executable: Bool, head: [UInt8])
        /// A directory, a device, a FIFO or a socket.
        case special
        /// Not there, or below a mount of a type that can't be looked into yet.
        case nothing(hiddenBy: Mount?)
    }

    /// Opens a file.
    ///
    /// - Parameter path: absolute, inside the container, without `.` and `..`.
    func open(_ path: String) throws(SystemCallError) -> Found {
        do throws(SystemCallError) {
            guard let (mount, rest) = mount(over: path) else {
                return try look(at: try RootDirectory(rootfs).open(path), path)
            }
            guard mount.isBind, let source = mount.source else { return .nothing(hiddenBy: mount) }
            let place = bundle.absolute(source)
            // The source is the host's, and may be a file itself.
            let found = rest.isEmpty ? try openFile(place, OpenFlag.path) : try RootDirectory(place).open(rest)
            return try look(at: found, path)
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return .nothing(hiddenBy: nil) }
            throw error
        }
    }

    /// - Parameter place: opened with `O_PATH`: an image may hold device nodes, which are not to be opened for real.
    private func look(at place: consuming OwnedFileDescriptor, _ path: String) throws(SystemCallError) -> Found {
        var status = stat()
        try systemCall("fstat", path) { fstat(place.raw, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .special }
        let file = try openFile("/proc/self/fd/\(place.raw)", O_RDONLY)
        let head = try readHead(of: file.raw, name: path)
        return .file(file, executable: status.st_mode & 0o111 != 0, head: head)
    }

    /// The mount that a path is below, and the path's rest. Mounts are made in order: the last one that covers the
    /// path is what the container sees.
    private func mount(over path: String) -> (Mount, rest: String)? {
        for mount in mounts.reversed() {
            let destination = absolute(mount.destination, from: "/")
            if path == destination { return (mount, "") }
            let folder = destination == "/" ? "/" : destination + "/"
            if path.hasPrefix(folder) { return (mount, String(path.dropFirst(folder.count))) }
        }
        return nil
    }
}

extension Mount {
    /// A bind mount by its type or, as mount(8) has it, by its options.
    fileprivate var isBind: Bool {
        type == "bind" || options?.contains { $0 == "bind" || $0 == "rbind" } == true
    }
}

private func readHead(of descriptor: Int32, name: String) throws(SystemCallError) -> [UInt8] {
    // Most files tell by their first bytes; only what may be text is read further.
    var bytes = try readStart(of: descriptor, 64, name: name)
    if bytes.count == 64 && bytes[0] != 0 && bytes[0] != 0x7f {
        bytes = try readStart(of: descriptor, FileKind.bytesWanted, name: name)
    }
    return bytes
}

private func readStart(of descriptor: Int32, _ length: Int, name: String) throws(SystemCallError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: length)
    let count = try systemCall("pread", name) { pread(descriptor, &bytes, length, 0) }
    bytes.removeLast(length - count)
    return bytes
}
