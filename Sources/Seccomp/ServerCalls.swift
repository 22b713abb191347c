internal import Glibc
internal import OCISpec

/// What a process that serves HTTP, or sends requests, needs beside `GuestCalls`: SwiftNIO.
enum ServerCalls {
    static let rules: [SeccompRule] = [
        // The event loop, and its timers.
        .allow("epoll_create", "timerfd_create", "timerfd_settime", "timerfd_settime64"),
        // SIGTERM, to drain.
        .allow("signalfd4"),
        // How much of a response a client has not taken yet.
        .allow("ioctl", when: .argument(1, equals: UInt64(TIOCOUTQ))),
    ]
}
