package import SystemPackage

/// Why a measurement could not be made.
package struct BenchError: Error, CustomStringConvertible, Sendable {
    /// What kind of failure.
    package enum Code: Sendable, Hashable {
        /// The words of the command line are not understood.
        case usage
        /// The plan is unreadable, or asks for what cannot be.
        case invalidPlan
        /// A system call failed.
        case system
        /// A program could not be started, failed, or did not end in time.
        case program
        /// A shim's answer is not what the protocol says.
        case shimAnswer
        /// The container did not do what it is measured at: wrong output or exit code, or no output.
        case container
        /// Something in /proc is not as expected.
        case processes
        /// SIGINT, SIGTERM or SIGHUP came.
        case interrupted
    }

    /// What kind of failure.
    package let code: Code
    /// What went wrong, in English; names the contender or the path.
    package let message: String
    /// The system's error number, where a system call failed.
    package let errno: Errno?
    /// The error underneath, where there is one.
    package let cause: (any Error)?

    init(_ code: Code, _ message: String, errno: Errno? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.errno = errno
        self.cause = cause
    }

    package var description: String {
        var text = message
        if let errno { text += ": \(errno)" }
        if let cause { text += ": \(cause)" }
        return text
    }
}
