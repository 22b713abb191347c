internal import Glibc

/// The signals of a process that is a guest.
///
/// The kernel spares the first process of a pid namespace every signal that it has no handler for (pid_namespaces(7)):
/// without handlers, a guest could only be killed. All other signals do what they do to a native process.
package enum GuestSignals {
    /// Lets SIGTERM and SIGINT end the process at once, with 128 plus the signal's number. Writing to a pipe that nobody
    /// reads is an error of the write, as WASI has no signals.
    package static func install() {
        for number in [SIGTERM, SIGINT] {
            signal(number) { _exit(128 + $0) }
        }
        signal(SIGPIPE, SIG_IGN)
        // What the parent blocked would stay blocked.
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }
}
