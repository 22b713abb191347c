internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// `descriptor` of `wasi:filesystem/types`. It lives as long as its instance, not its request: language runtimes look
/// their directories up but once.
///
/// What it answers is what the engine's own does, errors too.
final class Descriptor {
    /// Flags of `open-at`, and of what it gives: `descriptor-flags`.
    struct Flags: OptionSet {
        let rawValue: UInt8

        static let read = Self(rawValue: 1)
        static let write = Self(rawValue: 1 << 1)
        /// `file-integrity-sync`, `data-integrity-sync`, `requested-write-sync`.
        static let syncs = Self(rawValue: 0b11100)
        static let mutateDirectory = Self(rawValue: 1 << 5)
    }

    /// `open-flags`.
    struct Opening: OptionSet {
        let rawValue: UInt8

        static let create = Self(rawValue: 1)
        static let directory = Self(rawValue: 1 << 1)
        static let exclusive = Self(rawValue: 1 << 2)
        static let truncate = Self(rawValue: 1 << 3)
    }

    let flags: Flags
    let isDirectory: Bool
    // Streams hold it too. It may be one of `O_PATH`, of a directory that is given to the guest.
    private let held: HeldDescriptor

    init(_ held: HeldDescriptor, isDirectory: Bool, _ flags: Flags) {
        self.held = held
        self.isDirectory = isDirectory
        self.flags = flags
    }

    /// For what can be done to a file only.
    var file: HeldDescriptor {
        get throws(Errno) {
            guard !isDirectory else { throw .badFileDescriptor }
            return held
        }
    }

    private var rawFile: Int32 {
        get throws(Errno) { try file.descriptor.raw }
    }

    /// For what can be done to a directory only.
    var directory: Int32 {
        get throws(Errno) {
            guard isDirectory else { throw .notDirectory }
            return held.descriptor.raw
        }
    }

    /// A path from this directory.
    func path(_ text: String) throws(Errno) -> ConfinedPath { try ConfinedPath(text, below: directory) }

    // MARK: Opening

    func open(
        _ text: String, followsLinks: Bool, _ opening: Opening, _ wanted: Flags
    ) throws(Errno) -> Descriptor {
        let path = try path(text)
        guard wanted.isDisjoint(with: .syncs) else { throw .notSupported }
        if opening.contains(.directory), opening != .directory { throw .invalidArgument }
        var mode: Flags = []
        if wanted.contains(.write) || !opening.isDisjoint(with: [.create, .truncate]) { mode.insert(.write) }
        if wanted.contains(.read) || !wanted.contains(.write) { mode.insert(.read) }
        var flags = followsLinks ? 0 : O_NOFOLLOW
        flags |= mode == [.read, .write] ? O_RDWR : mode == .write ? O_WRONLY : O_RDONLY
        if opening.contains(.create) { flags |= opening.contains(.exclusive) ? O_CREAT | O_EXCL : O_CREAT }
        if opening.contains(.truncate), !opening.isSuperset(of: [.create, .exclusive]) { flags |= O_TRUNC }
        let opened = try path.open(flags, mode: opening.contains(.create) ? 0o666 : 0)
        let isDirectory = try ConfinedPath.status(of: opened.raw).st_mode & S_IFMT == S_IFDIR
        guard isDirectory || !opening.contains(.directory) else { throw .notDirectory }
        return Descriptor(HeldDescriptor(opened), isDirectory: isDirectory, mode)
    }

    func readDirectory() throws(Errno) -> DirectoryEntryStream {
        DirectoryEntryStream(try DirectoryReader(directory))
    }

    // MARK: What is open

    func status() throws(Errno) -> stat { try ConfinedPath.status(of: held.descriptor.raw) }

    func setTimes(_ times: (timespec, timespec)) throws(Errno) {
        try ConfinedPath.setTimes(times, of: held.descriptor.raw)
    }

    func setSize(_ size: UInt64) throws(Errno) {
        let file = try rawFile
        let size = try off_t(offset: size)
        _ = try attempt { ftruncate(file, size) }.get()
    }

    /// As fsync(2), or as fdatasync(2).
    func sync(dataOnly: Bool) throws(Errno) {
        guard isDirectory else { return try Self.sync(held.descriptor.raw, dataOnly: dataOnly) }
        let opened = try path(".").open(O_RDONLY | O_DIRECTORY)
        try Self.sync(opened.raw, dataOnly: dataOnly)
    }

    private static func sync(_ raw: Int32, dataOnly: Bool) throws(Errno) {
        _ = try attempt { dataOnly ? fdatasync(raw) : fsync(raw) }.get()
    }

    func advise(_ advice: Int32, offset: UInt64, count: UInt64) throws(Errno) {
        let code = try posix_fadvise(rawFile, off_t(offset: offset), off_t(offset: count), advice)
        if code != 0 { throw Errno(rawValue: code) }
    }

    /// - Returns: how many bytes there were.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(Errno) -> Int {
        try file.read(into: bytes, at: offset)
    }

    /// - Returns: how many bytes were written.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(Errno) -> Int {
        try file.write(bytes, at: offset)
    }
}

extension HeldDescriptor {
    /// As pread(2), and as read(2) where there are no offsets: in a pipe or a terminal.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(Errno) -> Int {
        let offset = try off_t(offset: offset)
        do throws(Errno) {
            return try attempt { pread(descriptor.raw, bytes.baseAddress, bytes.count, offset) }.get()
        } catch .illegalSeek {
            return try attempt { Glibc.read(descriptor.raw, bytes.baseAddress, bytes.count) }.get()
        }
    }

    /// As pwrite(2), and as write(2) where there are no offsets.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(Errno) -> Int {
        let offset = try off_t(offset: offset)
        do throws(Errno) {
            return try attempt { pwrite(descriptor.raw, bytes.baseAddress, bytes.count, offset) }.get()
        } catch .illegalSeek {
            return try attempt { Glibc.write(descriptor.raw, bytes.baseAddress, bytes.count) }.get()
        }
    }

    /// - Returns: how many bytes were written, at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
        try attempt { martlet_append(descriptor.raw, bytes.baseAddress, bytes.count) }.get()
    }
}

extension off_t {
    fileprivate init(offset: UInt64) throws(Errno) {
        guard let offset = Self(exactly: offset) else { throw .invalidArgument }
        self = offset
    }
}
