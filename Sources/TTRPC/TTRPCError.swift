/// A failure of the transport, as opposed to a status that the peer answered (`TTRPCStatus`).
package struct TTRPCError: Error, Sendable {
    /// What kind of failure.
    package enum Code: Sendable, Hashable {
        /// The text is no Unix socket address, or is too long for one.
        case invalidAddress
        /// A listening socket could not be made, or the one given does not listen.
        case listenFailed
        /// The peer could not be reached.
        case connectFailed
        /// The connection is gone; whether the peer carried the call out is not known.
        case connectionClosed
        /// The peer sent what the protocol does not allow here.
        case protocolViolation
    }

    /// What kind of failure.
    package let code: Code
    /// What went wrong, in English; names the address.
    package let message: String
    /// The system's error number, where a system call failed.
    package let errnoCode: CInt?
    /// The error underneath, where there is one.
    package let cause: (any Error)?

    init(_ code: Code, _ message: String, errnoCode: CInt? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.errnoCode = errnoCode
        self.cause = cause
    }
}

extension TTRPCError: CustomStringConvertible {
    package var description: String {
        self.message
    }
}
