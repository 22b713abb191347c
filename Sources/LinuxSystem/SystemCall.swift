internal import Glibc
package import SystemPackage

/// Runs a system call that answers -1 on failure, again while it is interrupted.
///
/// Not for `close`, which must never be retried (close(2), "Dealing with error returns").
/// EBADF and EFAULT are bugs of ours, not conditions: they trap.
@discardableResult
package func systemCall<Result: FixedWidthInteger>(
    _ call: String, _ subject: @autoclosure () -> String? = nil, remedy: (Errno) -> String? = { _ in nil },
    _ body: () -> Result
) throws(SystemCallError) -> Result {
    switch attempt(body) {
    case .success(let value): return value
    case .failure(let code):
        let subject = subject()
        precondition(code != .badFileDescriptor && code != .badAddress, "\(call) \(subject ?? ""): \(code)")
        throw SystemCallError(call, subject, errno: code, remedy: remedy(code))
    }
}

/// As `systemCall`, for a caller that has its own use for the errno.
package func attempt<Result: FixedWidthInteger>(_ body: () -> Result) -> Swift.Result<Result, Errno> {
    while true {
        let value = body()
        if value != -1 { return .success(value) }
        let code = Errno(rawValue: errno)
        if code != .interrupted { return .failure(code) }
    }
}
