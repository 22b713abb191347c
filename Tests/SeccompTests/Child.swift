import CLinux
import Glibc
import Seccomp
import Testing

/// How a child ended.
enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
}

/// Runs `body` in a forked child under filters, and ends it with what `body` answers.
///
/// Only for exit tests: no other test runs in their process, so nothing is held at the fork.
func underFilters(_ filters: SeccompFilter..., run body: () -> Int32) -> Ending {
    let pid = martlet_fork()
    if pid == 0 {
        do {
            for filter in filters { try filter.install() }
        } catch {
            _exit(255)
        }
        _exit(body())
    }
    var status: Int32 = 0
    guard pid > 0, waitpid(pid, &status, 0) == pid else { return .exited(254) }
    return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(status & 0x7f)
}

/// The errno of a call that answers -1 on failure; 0 when it succeeds.
func failure<Result: FixedWidthInteger>(_ call: () -> Result) -> Int32 {
    errno = 0
    return call() == -1 ? errno : 0
}
