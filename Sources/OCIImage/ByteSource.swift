// Design rule of this target: nothing that an image says is trusted. Blobs are read only when their digests are right,
// paths are resolved by the kernel below the root filesystem that is being made (`RootDirectory`), and sizes are held
// to what they are said to be.

package import Glibc
package import LinuxSystem

/// Bytes that are read once, from first to last.
package protocol ByteSource {
    /// Fills what it can of the buffer.
    ///
    /// - Returns: how many bytes; 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
    /// Writes all that is left to an open file.
    ///
    /// - Parameter name: how errors name the file.
    mutating func copy(to descriptor: Int32, name: String) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return }
            try writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: descriptor, name: name)
        }
    }

    /// Reads so many bytes, or as many as are left.
    mutating func read(upTo count: Int) throws -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, count), alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        while filled < count {
            let more = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count]))
            if more == 0 { break }
            filled += more
        }
        return Array(buffer[..<filled])
    }

    /// Reads what is left, for nothing but its being read.
    mutating func skip() throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while try read(into: buffer) > 0 {}
    }
}

/// A part of an open file; its reading disturbs nobody else's.
package struct FileRange: ByteSource, Sendable {
    private let file: SharedFile
    private var offset: off_t
    private var left: Int
    /// How errors name it.
    package let name: String

    package init(_ file: SharedFile, offset: off_t, length: Int, name: String) {
        self.file = file
        self.offset = offset
        left = length
        self.name = name
    }

    /// Bytes that are left.
    package var length: Int { left }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = min(buffer.count, left)
        guard wanted > 0 else { return 0 }
        let (raw, position) = (file.descriptor.raw, offset)
        let count = try systemCall("pread", name) { pread(raw, buffer.baseAddress, wanted, position) }
        guard count > 0 else { throw ImageError(.malformed, name, "the file ends \(left) bytes too early") }
        offset += off_t(count)
        left -= count
        return count
    }

    /// All of it.
    package mutating func readAll(limit: Int) throws -> [UInt8] {
        guard left <= limit else { throw ImageError(.malformed, name, "it has \(left) bytes; the most is \(limit)") }
        return try read(upTo: left)
    }
}

/// An open file that several readers share.
package final class SharedFile: Sendable {
    package let descriptor: OwnedFileDescriptor

    package init(_ descriptor: consuming OwnedFileDescriptor) {
        self.descriptor = descriptor
    }
}

/// Hands bytes on, and makes their digest.
struct DigestingSource: ByteSource {
    private var source: any ByteSource
    private var digest = SHA256()

    init(_ source: any ByteSource) {
        self.source = source
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: buffer)
        if count > 0 { digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return count
    }

    /// Reads what is left.
    ///
    /// - Returns: the digest of all, in hexadecimal digits.
    mutating func finish() throws -> String {
        try skip()
        let whole = digest
        return whole.finish()
    }
}
