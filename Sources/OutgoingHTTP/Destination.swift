internal import HTTPPolicy
internal import NIOCore

/// Where connections go to: one that is there already serves all requests to it.
struct Destination: Hashable, Sendable {
    let isSecure: Bool
    let host: String
    let port: Int

    init(_ head: OutgoingHead) {
        isSecure = head.isSecure
        host = head.authority.host
        port = head.authority.port ?? (head.isSecure ? 443 : 80)
    }

    /// Nil for a name.
    var address: SocketAddress? { try? SocketAddress(ipAddress: host, port: port) }

    /// The name that the server is asked for and whose certificate it must have. Nil for an address, whose certificate is
    /// checked for the address.
    var serverName: String? {
        guard address == nil else { return nil }
        return host.hasSuffix(".") ? String(host.dropLast()) : host
    }
}
