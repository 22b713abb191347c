import Glibc

/// A socket that listens at a port of 127.0.0.1 that nobody has.
final class LoopbackListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init(backlog: Int32 = 8) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = descriptor
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(fd, generic, length) == 0 && listen(fd, backlog) == 0 && getsockname(fd, generic, &length) == 0
            }
        }
        guard bound else { throw FixtureError(description: "no port of 127.0.0.1 to listen on: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
    }

    /// The next connection, once there is one.
    ///
    /// - Returns: nil when it is shut down.
    func next() -> Int32? {
        let connection = accept(descriptor, nil, nil)
        return connection < 0 ? nil : connection
    }

    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    deinit { close(descriptor) }
}
