internal import CLinux
internal import Glibc
package import SystemPackage

/// Reads the entries of a directory but for itself and its parent, some at a time, however many there are.
package struct DirectoryReader: ~Copyable {
    package struct Entry {
        package let name: [UInt8]
        /// The type bits of its mode (`S_IFMT`); 0 if it is gone, and its file system does not say it beside the name.
        package let type: UInt32
    }

    /// In bytes: there is room for some hundred names, and for the longest that there can be.
    private static let size = 4096

    // Nil at the end.
    private var directory: OwnedFileDescriptor?
    private var buffer: [UInt8] = []
    private var position = 0
    private var count = 0

    /// - Parameter directory: borrowed; it may be one that was opened by `O_PATH`.
    package init(_ directory: Int32) throws(Errno) {
        let raw = try attempt { openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }.get()
        self.directory = OwnedFileDescriptor(owning: raw)
    }

    /// - Returns: nil at the end.
    package mutating func next() throws(Errno) -> Entry? {
        while true {
            if position == count, try !fill() { return nil }
            guard let entry = take() else { continue }
            return entry
        }
    }

    /// - Returns: false at the end. Nothing is held then.
    private mutating func fill() throws(Errno) -> Bool {
        guard let raw = raw else { return false }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.size) }
        let read = buffer.withUnsafeMutableBytes { buffer in
            attempt { martlet_read_entries(raw, buffer.baseAddress, buffer.count) }
        }
        (position, count) = (0, (try? read.get()) ?? 0)
        if count == 0 {
            directory = nil
            buffer = []
        }
        _ = try read.get()
        return count > 0
    }

    private var raw: Int32? {
        switch directory {
        case .some(let directory): directory.raw
        case .none: nil
        }
    }

    /// The next of those that were read: struct linux_dirent64.
    ///
    /// - Returns: nil for the directory itself and its parent.
    private mutating func take() -> Entry? {
        let (length, type, name) = buffer.withUnsafeBytes { bytes in
            let record = UnsafeRawBufferPointer(rebasing: bytes[position..<count])
            let length = Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
            return (length, record[18], Array(record[19..<length].prefix { $0 != 0 }))
        }
        position += length
        if name == [UInt8(ascii: ".")] || name == [UInt8(ascii: "."), UInt8(ascii: ".")] { return nil }
        // What is DT_UNKNOWN else is the type's bits of a mode.
        return Entry(name: name, type: type == 0 ? self.type(of: name) : UInt32(type) << 12)
    }

    private func type(of name: [UInt8]) -> UInt32 {
        guard let raw else { return 0 }
        var status = stat()
        let name = name.map(CChar.init(bitPattern:)) + [0]
        guard fstatat(raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
        return status.st_mode & UInt32(S_IFMT)
    }
}
