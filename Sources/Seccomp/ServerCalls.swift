internal import OCISpec

/// What a process that serves HTTP needs beside `GuestCalls`: SwiftNIO.
enum ServerCalls {
    static let rules: [SeccompRule] = [
        // The event loop, and its timers.
        .allow("epoll_create", "timerfd_create", "timerfd_settime", "timerfd_settime64"),
        // SIGTERM, to drain.
        .allow("signalfd4"),
    ]
}
