internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// Makes the socket of a shim, or finds that a shim listens there already.
package enum ShimSocket {
    package enum Outcome: ~Copyable {
        /// Bound and listening; it is this process that serves now.
        case listening(OwnedFileDescriptor)
        /// A shim of the group answers there.
        case served
    }

    /// Connections that wait to be accepted.
    private static let backlog: Int32 = 128

    /// Listens at `address`, where a stale file of a shim that has gone is replaced.
    ///
    /// The folder is locked meanwhile: of two shims that start in one group at the same time, one serves.
    /// The file has mode 0600, its folder, when it must be made, 0711.
    package static func listen(at address: SocketAddress) throws(SystemCallError) -> Outcome {
        let folder = String(address.path[..<(address.path.lastIndex(of: "/") ?? address.path.startIndex)])
        try makeDirectories(folder, mode: 0o711)
        let lock = try openFile(folder, O_RDONLY | O_DIRECTORY)
        try systemCall("flock", folder) { flock(lock.raw, LOCK_EX) }

        if let socket = try bound(to: address) { return .listening(socket) }
        if try answers(at: address) { return .served }
        try systemCall("unlink", address.path) { unlink(address.path) }
        guard let socket = try bound(to: address) else {
            throw SystemCallError("bind", address.path, errno: .addressInUse)
        }
        return .listening(socket)
    }

    /// Whether a shim listens there. A full queue is a shim that is busy.
    package static func answers(at address: SocketAddress) throws(SystemCallError) -> Bool {
        let socket = try UnixSocket.make(blocks: false)
        let result = try UnixSocket.withAddress(address.path, for: "connect") { pointer, length in
            attempt { connect(socket.raw, pointer, length) }
        }
        switch result {
        case .success, .failure(.resourceTemporarilyUnavailable): return true
        case .failure(.connectionRefused), .failure(.noSuchFileOrDirectory): return false
        case .failure(let code): throw SystemCallError("connect", address.path, errno: code)
        }
    }

    /// Removes the file of a shim that has gone; that there is none is fine.
    package static func removeIfStale(_ address: SocketAddress) throws(SystemCallError) {
        guard try !answers(at: address) else { return }
        if case .failure(let code) = attempt({ unlink(address.path) }), code != .noSuchFileOrDirectory {
            throw SystemCallError("unlink", address.path, errno: code)
        }
    }

    /// A socket that listens; nil when there is a file already.
    private static func bound(to address: SocketAddress) throws(SystemCallError) -> OwnedFileDescriptor? {
        let socket = try UnixSocket.make(blocks: false)
        // The file gets the socket's own mode, so that it is root's alone from the first moment (unix_bind in the kernel).
        try systemCall("fchmod", address.path) { fchmod(socket.raw, 0o600) }
        let result = try UnixSocket.withAddress(address.path, for: "bind") { pointer, length in
            attempt { bind(socket.raw, pointer, length) }
        }
        if case .failure(let code) = result {
            if code == .addressInUse { return nil }
            throw SystemCallError("bind", address.path, errno: code)
        }
        do throws(SystemCallError) {
            try systemCall("listen", address.path) { Glibc.listen(socket.raw, backlog) }
        } catch {
            unlink(address.path)
            throw error
        }
        return socket
    }
}
