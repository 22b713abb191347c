internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// Small files, read and written whole.
package enum BundleFile {
    /// No file that the shim reads is larger.
    package static let largest = 16 << 20

    /// The contents; nil when there is no such file.
    ///
    /// - Throws: `SystemCallError`; EFBIG for a file that is larger than `largest`.
    package static func readIfPresent(_ path: String) throws(SystemCallError) -> [UInt8]? {
        do throws(SystemCallError) {
            return try read(path)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    /// The contents.
    package static func read(_ path: String) throws(SystemCallError) -> [UInt8] {
        let file = OwnedFileDescriptor(owning: try systemCall("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        return try read(descriptor: file.raw, of: path)
    }

    /// What comes out of a descriptor up to its end. The descriptor is borrowed.
    package static func read(
        descriptor: Int32, of path: String, largest: Int = BundleFile.largest
    ) throws(SystemCallError) -> [UInt8] {
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try systemCall("read", path) {
                buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return contents }
            contents.append(contentsOf: buffer[..<count])
            guard contents.count <= largest else {
                throw SystemCallError("read", path, errno: .fileTooLarge, remedy: "at most \(largest) bytes are read")
            }
        }
    }

    /// Writes a file anew, so that a reader finds the old contents or the new ones, whole.
    package static func write(_ contents: some Sequence<UInt8>, to path: String, mode: mode_t = 0o600)
        throws(SystemCallError)
    {
        let slash = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        let temporary = path[..<slash] + "." + path[slash...]
        let bytes = Array(contents)
        do throws(SystemCallError) {
            let file = OwnedFileDescriptor(
                owning: try systemCall("open", temporary) {
                    open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
                })
            try writeAll(bytes, to: file.raw, of: temporary)
            try systemCall("rename", path) { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Writes all of it. The descriptor is borrowed.
    package static func writeAll(_ bytes: [UInt8], to descriptor: Int32, of path: String) throws(SystemCallError) {
        var written = 0
        while written < bytes.count {
            written += try systemCall("write", path) {
                bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            }
        }
    }

    /// Removes a file; that there is none is no error.
    package static func removeIfPresent(_ path: String) throws(SystemCallError) {
        do throws(SystemCallError) {
            try systemCall("unlink", path) { unlink(path) }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
    }
}
