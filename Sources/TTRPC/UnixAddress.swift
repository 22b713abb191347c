internal import Glibc

/// The address of a Unix socket: a path, or an abstract name.
struct UnixAddress: Hashable, Sendable {
    /// The bytes of `sun_path`, without the zero that ends a path; an abstract name begins with a zero.
    private let bytes: [UInt8]
    /// The address as it was given, for messages.
    let text: String

    /// Reads `/path`, `unix:///path`, and abstract names: `@name` or a zero byte and the name, also behind `unix://`.
    init(_ text: String) throws(TTRPCError) {
        var bytes = Array(text.utf8)
        if text.hasPrefix("unix://") {
            bytes.removeFirst("unix://".utf8.count)
        }
        if bytes.first == UInt8(ascii: "@") {
            bytes[0] = 0
        }
        self.text = bytes.first == 0 ? "@" + String(decoding: bytes.dropFirst(), as: UTF8.self) : text
        self.bytes = bytes
        guard let first = bytes.first else {
            throw TTRPCError(.invalidAddress, "socket address \"\(text)\" is empty: a path or @name is wanted")
        }
        guard first == 0 || !bytes.contains(0) else {
            throw TTRPCError(.invalidAddress, "socket path \"\(text)\" contains a zero byte")
        }
        guard bytes.count < Self.capacity else {
            throw TTRPCError(
                .invalidAddress,
                "socket address \"\(text)\" has \(bytes.count) bytes, at most \(Self.capacity - 1) are possible")
        }
    }

    /// The file in the file system; nil for an abstract name.
    var path: String? {
        self.bytes.first == 0 ? nil : String(decoding: self.bytes, as: UTF8.self)
    }

    /// Bytes of `sun_path` (unix(7)).
    private static var capacity: Int {
        MemoryLayout.size(ofValue: sockaddr_un().sun_path)
    }

    /// Calls the body with the address as the system takes it. An abstract name ends where the length says, so the
    /// length counts no zero behind it.
    func withSockAddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: self.bytes) }
        let zero = self.bytes.first == 0 ? 0 : 1
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).unsafelyUnwrapped + self.bytes.count + zero
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
