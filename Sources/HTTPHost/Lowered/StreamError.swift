internal import OutgoingHTTP

/// `error` of `wasi:io/error`.
final class StreamError {
    let message: String
    /// What `http-error-code` makes of it.
    let failure: OutgoingFailure

    init(_ message: String, _ failure: OutgoingFailure) {
        self.message = message
        self.failure = failure
    }
}
