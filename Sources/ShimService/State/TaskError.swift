/// Why the task service refuses a call, in its own terms. `StatusMapping` turns it into a status.
package struct TaskError: Error, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    package enum Code: Sendable, Hashable {
        /// There is no such container or process, or it has ended.
        case notFound
        case alreadyExists
        /// The task is not in the state that the call needs.
        case failedPrecondition
        /// The request is wrong, whatever the state.
        case invalidArgument
        /// A call or a feature that this runtime does not have.
        case unimplemented
        /// The call took longer than it may.
        case timedOut
        /// A part of the system that the call needs does not work.
        case unavailable
        /// A command that was run has failed: a hook, a logging binary.
        case commandFailed
    }

    package let code: Code
    package let message: String
    /// What it came from.
    package let cause: (any Error)?
    /// What went wrong when the traces of the failure were cleared away.
    package let cleanUpFailures: [any Error]

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil, cleanUpFailures: [any Error] = []) {
        self.code = code
        self.message = message
        self.cause = cause
        self.cleanUpFailures = cleanUpFailures
    }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        return text + describe(cleanUpFailures)
    }
}

/// An error that keeps its kind, and what went wrong when its traces were cleared away.
package struct RolledBack: Error, Sendable, CustomStringConvertible {
    package let error: any Error
    package let cleanUpFailures: [any Error]

    package init(error: any Error, cleanUpFailures: [any Error]) {
        self.error = error
        self.cleanUpFailures = cleanUpFailures
    }

    /// Throws the first of several errors of one clean-up, with the others; nothing when there are none.
    package static func throwAny(_ failures: [any Error]) throws {
        guard let first = failures.first else { return }
        throw failures.count == 1 ? first : RolledBack(error: first, cleanUpFailures: Array(failures.dropFirst()))
    }

    package var description: String {
        "\(error)" + describe(cleanUpFailures)
    }
}

private func describe(_ cleanUpFailures: [any Error]) -> String {
    cleanUpFailures.isEmpty
        ? "" : " (and clearing up failed: \(cleanUpFailures.map { "\($0)" }.joined(separator: "; ")))"
}
