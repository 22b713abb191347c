internal import Glibc

/// Owns a Unix stream socket until it is handed to NIO. Non-blocking, closed on exec.
struct UnixSocket: ~Copyable {
    private var descriptor: CInt

    /// A new socket. The message of an error names the address that it was meant for.
    private init(for address: UnixAddress, _ code: TTRPCError.Code) throws(TTRPCError) {
        self.descriptor = socket(
            AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let saved = errno
        guard self.descriptor >= 0 else {
            throw TTRPCError(code, "socket for \(address.text)", saved)
        }
    }

    /// Owns a descriptor that came from elsewhere.
    init(adopting descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        if self.descriptor >= 0 {
            Glibc.close(self.descriptor)
        }
    }

    /// Gives the descriptor away; the receiver closes it.
    consuming func release() -> CInt {
        let descriptor = self.descriptor
        discard self
        return descriptor
    }

    /// A socket that is bound to the address and listens. A file that is in the way is not removed.
    static func listening(at address: UnixAddress, backlog: CInt) throws(TTRPCError) -> UnixSocket {
        let made = try UnixSocket(for: address, .listenFailed)
        let bound = address.withSockAddr { bind(made.descriptor, $0, $1) }
        let bindErrno = errno
        guard bound == 0 else {
            throw TTRPCError(.listenFailed, "bind to \(address.text)", bindErrno)
        }
        let listened = listen(made.descriptor, backlog)
        let listenErrno = errno
        guard listened == 0 else {
            throw TTRPCError(.listenFailed, "listen at \(address.text)", listenErrno)
        }
        return made
    }

    /// A socket that is connected to the address; nil when the listener's queue is full just now (EAGAIN, unix(7)).
    static func connected(to address: UnixAddress) throws(TTRPCError) -> UnixSocket? {
        let made = try UnixSocket(for: address, .connectFailed)
        let connected = address.withSockAddr { connect(made.descriptor, $0, $1) }
        let saved = errno
        if connected == 0 {
            return made
        }
        guard saved == EAGAIN || saved == EINTR else {
            throw TTRPCError(.connectFailed, "connect to \(address.text)", saved)
        }
        return nil
    }

    /// Throws unless this is a socket that listens (`SO_ACCEPTCONN`, socket(7)).
    func checkListening() throws(TTRPCError) {
        var listens: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        let got = getsockopt(self.descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size)
        let saved = errno
        guard got == 0 else {
            throw TTRPCError(.listenFailed, "serve on descriptor \(self.descriptor)", saved)
        }
        guard listens != 0 else {
            throw TTRPCError(.listenFailed, "descriptor \(self.descriptor) is a socket that does not listen")
        }
    }
}

extension TTRPCError {
    /// "connect to /run/x.sock: No such file or directory".
    fileprivate init(_ code: Code, _ what: String, _ errnoCode: CInt) {
        self.init(code, "\(what): \(String(cString: strerror(errnoCode)))", errnoCode: errnoCode)
    }
}
