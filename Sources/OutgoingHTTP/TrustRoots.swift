internal import Glibc
internal import LinuxSystem
internal import NIOSSL

/// Where the certificates come from that servers' certificates must lead to.
package struct TrustRoots: Sendable {
    /// Of the guest: `SSL_CERT_FILE` names a file and `SSL_CERT_DIR` folders, with colons between them. Where one of them
    /// is set nothing else counts.
    package var file: String?
    package var folders: String?
    /// Looked into one after the other, until one has certificates in it.
    package var places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/certs",
    ]
    /// PEM, for containers that have none of these.
    package var given: @Sendable () -> [UInt8] = { [] }

    package init() {}

    /// Bytes of a file, and of all files of a folder.
    private static let limit = 16 << 20

    /// Reads them; blocks.
    ///
    /// - Returns: none, if there are none.
    func load() -> [NIOSSLCertificate] {
        if file != nil || folders != nil {
            let folders = folders?.split(separator: ":").flatMap { Self.certificates(inFolder: String($0)) }
            return (file.map(Self.certificates(inFile:)) ?? []) + (folders ?? [])
        }
        for place in places {
            let found = Self.certificates(inFile: place)
            if !found.isEmpty { return found }
            let inside = Self.certificates(inFolder: place)
            if !inside.isEmpty { return inside }
        }
        return Self.certificates(in: given())
    }

    private static func certificates(inFile path: String) -> [NIOSSLCertificate] {
        certificates(in: bytes(ofFile: path, limit: limit))
    }

    /// Each once, though most have two names there.
    private static func certificates(inFolder path: String) -> [NIOSSLCertificate] {
        var found: Set<NIOSSLCertificate> = []
        var left = limit
        for name in entryNames(in: path).sorted() where left > 0 {
            let bytes = bytes(ofFile: "\(path)/\(name)", limit: left)
            left -= bytes.count
            found.formUnion(certificates(in: bytes))
        }
        return Array(found)
    }

    /// The container decides what the path is: no device is read, and no pipe waited for.
    private static func bytes(ofFile path: String, limit: Int) -> [UInt8] {
        guard let file = try? openFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY),
            let status = try? FileStatus(of: file.raw), status.kind == .regular
        else { return [] }
        return (try? readToEnd(of: file.raw, limit: limit, name: path)) ?? []
    }

    /// Those that can be read: one that can't be does not cost the others.
    private static func certificates(in pem: [UInt8]) -> [NIOSSLCertificate] {
        let lines = pem.split(separator: UInt8(ascii: "\n"))
        var found: [NIOSSLCertificate] = []
        var block: [UInt8]?
        for line in lines {
            if line.starts(with: "-----BEGIN ".utf8) { block = [] }
            block?.append(contentsOf: line)
            block?.append(UInt8(ascii: "\n"))
            guard line.starts(with: "-----END ".utf8), let bytes = block else { continue }
            block = nil
            if let certificate = try? NIOSSLCertificate(bytes: bytes, format: .pem) { found.append(certificate) }
        }
        return found
    }
}
