internal import Glibc
internal import LinuxSystem

/// The certificates that the node trusts, for a container that has none: most are `FROM scratch`. The file is mapped while
/// its path still leads to it, before the container is entered; its pages are the node's, and are read only if the guest
/// sends requests over TLS.
final class NodeRoots: @unchecked Sendable {
    // Mapped for reading until it goes.
    private let mapped: UnsafeRawBufferPointer

    /// As distributions have them.
    private static let places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]
    /// Bytes of a file that may be one.
    private static let limit = 16 << 20

    /// - Returns: nil if the node has none.
    init?() {
        for place in Self.places {
            guard let file = try? openFile(place, O_RDONLY | O_NONBLOCK | O_NOCTTY),
                let status = try? FileStatus(of: file.raw), status.kind == .regular,
                (1...Self.limit).contains(status.size),
                let start = mmap(nil, status.size, PROT_READ, MAP_PRIVATE, file.raw, 0), start != MAP_FAILED
            else { continue }
            mapped = UnsafeRawBufferPointer(start: start, count: status.size)
            return
        }
        return nil
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: mapped.baseAddress), mapped.count)
    }

    /// PEM.
    var bytes: [UInt8] { Array(mapped) }
}
