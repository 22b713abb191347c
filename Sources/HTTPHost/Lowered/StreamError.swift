internal import OutgoingHTTP
internal import SystemPackage

/// `error` of `wasi:io/error`.
final class StreamError {
    let message: String
    /// What `http-error-code` makes of it: nothing of a file's.
    let failure: OutgoingFailure?
    /// What `filesystem-error-code` makes of it: nothing of a body's.
    let fileError: Errno?

    init(_ message: String, _ failure: OutgoingFailure) {
        self.message = message
        self.failure = failure
        fileError = nil
    }

    init(_ fileError: Errno) {
        message = "\(fileError)"
        failure = nil
        self.fileError = fileError
    }
}
