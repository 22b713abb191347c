internal import Glibc

/// SIGINT, SIGTERM and SIGHUP do not end this process, which has things to put away: they wait until it asks.
enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Blocks the signals; before any thread is started, for threads inherit it.
    static func hold() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Throws `BenchError` `.interrupted` if one of them has come.
    static func check() throws {
        var pending = sigset_t()
        guard sigpending(&pending) == 0 else { return }
        for signal in signals where sigismember(&pending, signal) == 1 {
            throw BenchError(.interrupted, "ended by signal \(signal)")
        }
    }
}
