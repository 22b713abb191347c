internal import Glibc
internal import LinuxSystem
package import OCISpec

/// A bundle's `config.json` as it was read.
package struct LoadedConfig: Sendable {
    package let spec: Spec
    /// Of the file that `spec` was read from.
    package let identity: FileIdentity
}

/// What tells a file from another, and from itself after a change (fstat(2)).
package struct FileIdentity: Hashable, Codable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    /// Bytes.
    package let size: Int64
    /// Nanoseconds since 1970.
    package let modified: Int64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}

extension Bundle {
    /// What `config.json` may hold at the most, in bytes.
    package static let largestConfig = 16 << 20

    /// Reads and decodes `config.json`.
    ///
    /// - Parameter previous: answered again when the file is still the one that it was read from.
    /// - Throws: `BundleError`, or `SpecError` that names the file and the field.
    package func loadConfig(unlessSameAs previous: LoadedConfig? = nil) throws -> LoadedConfig {
        let path = path(of: .config)
        do {
            // Not to wait for the writer of a FIFO.
            let file = try openFile(path, O_RDONLY | O_NONBLOCK)
            var status = stat()
            try systemCall("fstat", path) { fstat(file.raw, &status) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw BundleError(.notRegular, path: path, "it is not a regular file")
            }
            let identity = FileIdentity(status)
            if let previous, previous.identity == identity { return previous }
            guard status.st_size <= Self.largestConfig else {
                throw BundleError(
                    .tooLarge, path: path, "it has \(status.st_size) bytes; the most is \(Self.largestConfig)")
            }
            let bytes = try readToEnd(of: file.raw, limit: Self.largestConfig, name: path)
            return LoadedConfig(spec: try Spec.decode(bytes, file: path), identity: identity)
        } catch let error as SystemCallError {
            throw BundleError(error, path: path)
        }
    }
}
