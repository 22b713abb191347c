internal import CLinux
internal import Glibc

/// A file in memory that is being written, after which nobody can change it (memfd_create(2), sealed).
package struct MemoryFile: ~Copyable {
    private let file: OwnedFileDescriptor
    private let name: String

    /// - Parameter name: for /proc and messages only.
    package init(_ name: String) throws(SystemCallError) {
        file = OwnedFileDescriptor(owning: try systemCall("memfd_create", name) { martlet_memfd_create(name) })
        self.name = name
    }

    package func append(_ bytes: [UInt8]) throws(SystemCallError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemCallError) in
            try writeAll(UnsafeRawBufferPointer(bytes), to: file.raw, name: name)
        }
    }

    /// Copies a file from its beginning; its offset stays.
    ///
    /// - Parameters:
    ///   - source: borrowed.
    ///   - count: how many bytes.
    ///   - name: the file, for messages.
    /// - Returns: how many bytes there were, at most `count`.
    package func append(from source: Int32, count: Int, name: String) throws(SystemCallError) -> Int {
        var offset = 0
        while offset < count {
            let copied = try systemCall("sendfile", name) { sendfile(file.raw, source, &offset, count - offset) }
            if copied == 0 { break }
        }
        return offset
    }

    /// - Returns: the file, at its beginning.
    package consuming func sealed() throws(SystemCallError) -> OwnedFileDescriptor {
        try systemCall("lseek", name) { lseek(file.raw, 0, SEEK_SET) }
        try systemCall("fcntl", "F_ADD_SEALS") { martlet_seal(file.raw) }
        return file
    }
}

/// A file in memory that nobody can change.
///
/// - Parameter name: for /proc only.
package func makeSealedFile(_ name: String, content: [UInt8]) throws(SystemCallError) -> OwnedFileDescriptor {
    let file = try MemoryFile(name)
    try file.append(content)
    return try file.sealed()
}
