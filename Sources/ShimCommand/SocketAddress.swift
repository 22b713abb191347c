internal import Bundle
internal import LinuxSystem

/// Where a shim listens: the formula of containerd's own shims, so that all containers of a group, and of a pod, find
/// one shim.
package struct SocketAddress: Hashable, Sendable {
    /// The folder of the sockets of all shims.
    package static let folder = "/run/containerd/s"

    package let path: String

    /// - Parameters:
    ///   - containerd: containerd's gRPC address, as the flag has it.
    ///   - group: what the containers that share the shim have in common.
    package init(containerd: String, namespace: String, group: String, folder: String = Self.folder) {
        path = "\(folder)/\(SHA256.digest(of: Self.join(containerd, namespace, group)))"
    }

    /// From the text of a bundle's file `address`.
    package init?(_ text: String) {
        guard text.hasPrefix("unix://") else { return nil }
        path = String(text.dropFirst("unix://".count))
    }

    /// What containerd is answered, and the bundle's file `address` holds.
    package var text: String { "unix://\(path)" }

    /// Joins as Go's filepath.Join: empty parts are left out, and `.`, `..` and doubled slashes resolved by the text.
    static func join(_ parts: String...) -> String {
        let joined = parts.filter { !$0.isEmpty }.joined(separator: "/")
        if joined.isEmpty { return "" }
        let isAbsolute = joined.hasPrefix("/")
        var components: [Substring] = []
        for part in joined.split(separator: "/") where part != "." {
            if part == "..", let last = components.last, last != ".." {
                components.removeLast()
            } else if part != ".." || !isAbsolute {
                components.append(part)
            }
        }
        let text = (isAbsolute ? "/" : "") + components.joined(separator: "/")
        return text.isEmpty ? "." : text
    }
}

extension Bundle {
    /// Where the shim listens that serves this bundle, as was written down; nil when nothing was.
    func shimAddress() throws -> SocketAddress? {
        try read(.address).flatMap { SocketAddress($0) }
    }
}
