// Design rule of this target: it reads what a module's author wrote, in a process that may be root, and trusts nothing of
// it. Sizes are checked before they are used, only the sections that say something of the module's needs are read, and
// the engine has the last word on what is valid.

internal import Glibc
internal import LinuxSystem

/// A part of a file, or of bytes in memory, that is read piece by piece.
struct ByteRange: Sendable {
    enum Source: Sendable {
        /// Open for reading; borrowed.
        case file(Int32)
        case memory([UInt8])
    }

    /// The longest piece that is read at once, in bytes: types, imports and exports of large components take some
    /// hundred kilobytes.
    static let longestPiece = 32 << 20

    let source: Source
    /// Bytes from the beginning of the source.
    let start: Int
    let end: Int

    var count: Int { end - start }

    /// A part of it; both from the beginning of the source, and within this range.
    func part(from start: Int, to end: Int) -> ByteRange { ByteRange(source: source, start: start, end: end) }

    /// Reads all of it, or its beginning. A file that has become shorter since gives fewer bytes.
    func read(atMost limit: Int = .max) throws(BinaryError) -> [UInt8] {
        let count = min(count, limit)
        guard count <= Self.longestPiece else {
            throw BinaryError(offset: start, message: "a section of \(count) bytes is too long to be looked into")
        }
        switch source {
        case .memory(let bytes): return Array(bytes[start..<(start + count)])
        case .file(let descriptor):
            var bytes = [UInt8](repeating: 0, count: count)
            var filled = 0
            while filled < count {
                let result = attempt {
                    bytes.withUnsafeMutableBytes { bytes in
                        pread(descriptor, bytes.baseAddress.map { $0 + filled }, count - filled, off_t(start + filled))
                    }
                }
                switch result {
                case .success(0): return Array(bytes.prefix(filled))
                case .success(let read): filled += read
                case .failure(let code): throw BinaryError(offset: start, message: "the file can't be read: \(code)")
                }
            }
            return bytes
        }
    }
}
