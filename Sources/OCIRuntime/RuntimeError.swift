/// Why the runtime refuses a command, and what would help.
package struct RuntimeError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case notFound
        case alreadyExists
        /// The container is not in the state that the command needs.
        case wrongState
        /// The command line is wrong, whatever the state.
        case invalidArgument
        /// The machine, or this user, does not have what it takes.
        case unavailable
        /// A file of the state folder is not what the runtime writes.
        case malformed
    }

    package let code: Code
    package let message: String
    /// One sentence on what to do next.
    package let remedy: String?
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, remedy: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.cause = cause
    }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let remedy { text += " (\(remedy))" }
        return text
    }
}
