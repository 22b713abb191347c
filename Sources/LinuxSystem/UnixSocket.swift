package import Glibc
internal import SystemPackage

/// Stream sockets that have a path (unix(7)).
package enum UnixSocket {
    /// One that is connected with nobody yet.
    ///
    /// - Parameter blocks: whether its calls wait.
    package static func make(blocks: Bool = true) throws(SystemCallError) -> OwnedFileDescriptor {
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (blocks ? 0 : SOCK_NONBLOCK.rawValue)
        return OwnedFileDescriptor(owning: try systemCall("socket") { socket(AF_UNIX, Int32(type), 0) })
    }

    /// One that is connected with who listens at the path.
    package static func connected(to path: String) throws(SystemCallError) -> OwnedFileDescriptor {
        let socket = try make()
        // An address has little room: a longer path is reached by its folder's descriptor.
        let (parent, name) = splitLast(path)
        guard path.utf8.count > longestPath, let name else {
            try connect(socket, to: path, name: path)
            return socket
        }
        let folder = try openFile(path.hasPrefix("/") ? parent : "." + parent, OpenFlag.path | O_DIRECTORY)
        try connect(socket, to: "\(pathOf(descriptor: folder.raw))/\(name)", name: path)
        return socket
    }

    private static func connect(
        _ socket: borrowing OwnedFileDescriptor, to path: String, name: String
    ) throws(SystemCallError) {
        let raw = socket.raw
        let result = try withAddress(path, for: "connect") { address, length in
            attempt { Glibc.connect(raw, address, length) }
        }
        if case .failure(let code) = result { throw SystemCallError("connect", name, errno: code) }
    }

    /// In bytes.
    private static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Gives `body` the path as connect(2) and bind(2) take it.
    ///
    /// - Parameter call: whose error a path is that is too long.
    package static func withAddress<Result>(
        _ path: String, for call: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws(SystemCallError) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= longestPath else { throw SystemCallError(call, path, errno: .fileNameTooLong) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
