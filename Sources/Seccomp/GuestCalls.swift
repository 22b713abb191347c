internal import CLinux
internal import Glibc
internal import OCISpec

/// What a process that runs a guest needs beside `SharedCalls`: WASI.
enum GuestCalls {
    static let rules: [SeccompRule] =
        files + polling + sockets + [
            // The specification's filter goes on top of this one; a filter can only take away.
            .allow("seccomp", when: .argument(0, equals: setModeFilter))
        ]

    /// wasi:filesystem. What a path reaches is the root filesystem's and the mounts' to say.
    private static let files: [SeccompRule] = [
        .allow("openat", "open", "getcwd"),
        // Paths of guests: see martlet_answer_trapped_opens, which makes the call that passes.
        .trap("openat2", when: .argument(3, equals: martlet_asked_how_size)),
        .allow("openat2", when: .argument(3, equals: martlet_answered_how_size)),
        .allow("newfstatat", "fstatat64", "stat", "lstat", "statx", "access", "faccessat", "faccessat2"),
        // The engine's check that /proc is what it seems to be.
        .allow("statfs", "fstatfs", "statfs64", "fstatfs64"),
        .allow("readlink", "readlinkat", "getdents64"),
        .allow("mkdirat", "unlinkat", "renameat", "renameat2", "linkat", "symlinkat"),
        .allow("mkdir", "unlink", "rmdir", "rename", "link", "symlink"),
        .allow("ftruncate", "ftruncate64", "fallocate", "fadvise64", "fadvise64_64"),
        .allow("fsync", "fdatasync", "sync_file_range"),
        .allow("utimensat", "utimensat_time64", "futimens"),
        // Descriptors' flags and locks; not F_SETOWN and F_SETSIG (8 and 10), which send signals.
        .allow("fcntl", "fcntl64", when: .argument(1, atMost: UInt64(F_SETLKW))),
        .allow("fcntl", "fcntl64", when: .argument(1, equals: UInt64(F_DUPFD_CLOEXEC))),
        // The size of a served response's pipe.
        .allow("fcntl", "fcntl64", when: .argument(1, equals: setPipeSize)),
        .allow("fcntl", "fcntl64", when: .argument(1, equals: getPipeSize)),
        // Whether a served guest ever waited: of this thread.
        .allow("getrusage", when: .argument(0, equals: thisThread)),
    ]

    /// wasi:io/poll and the asynchronous runtime under it.
    private static let polling: [SeccompRule] =
        [
            .allow("epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2"),
            .allow("poll", "ppoll", "ppoll_time64", "eventfd2", "pipe2"),
            // Is it a terminal, and how large; how much is there to read; do not block. Not TIOCSTI and its like.
        ] + SeccompRule.allow("ioctl", argument: 1, among: [TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO].map(UInt64.init))

    /// wasi:sockets and name look-up. Of all the kernel's protocols, TCP and UDP; no raw, packet, netlink, vsock or
    /// Unix sockets. getaddrinfo(3) does without nscd's socket and without netlink.
    private static let sockets: [SeccompRule] =
        [AF_INET, AF_INET6].flatMap { family in
            [(SOCK_STREAM, IPPROTO_TCP), (SOCK_DGRAM, IPPROTO_UDP)].flatMap { type, own in
                [0, UInt64(own)].map { number in
                    SeccompRule.allow(
                        "socket", when: .argument(0, equals: UInt64(family)),
                        .argument(1, masked: socketTypeMask, equals: UInt64(type.rawValue)),
                        .argument(2, equals: number))
                }
            }
        } + [
            // The asynchronous runtime wakes itself through a pair.
            .allow("socketpair", when: .argument(0, equals: UInt64(AF_UNIX))),
            .allow("bind", "connect", "listen", "accept4", "accept", "shutdown", "getsockname", "getpeername"),
            .allow("sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "recvmmsg_time64"),
            .allow("getsockopt"),
            // Options up to a number: time-outs, buffers, keep-alive, TTLs, error queues. Beyond it are socket
            // filters, netfilter's tables, repair and upper-layer protocols of TCP.
            .option(level: SOL_SOCKET, atMost: SO_SNDTIMEO),
            .option(level: Int32(IPPROTO_TCP), atMost: TCP_USER_TIMEOUT),
            .option(level: Int32(IPPROTO_IP), atMost: IP_BIND_ADDRESS_NO_PORT),
            .option(level: Int32(IPPROTO_IPV6), atMost: IPV6_V6ONLY),
        ]

    /// SOCK_TYPE_MASK of the kernel: the type without SOCK_NONBLOCK and SOCK_CLOEXEC.
    private static let socketTypeMask: UInt64 = 0xf

    /// F_SETPIPE_SZ and F_GETPIPE_SZ (linux/fcntl.h).
    private static let setPipeSize: UInt64 = 1031
    private static let getPipeSize: UInt64 = 1032
    /// RUSAGE_THREAD (linux/resource.h).
    private static let thisThread: UInt64 = 1
    /// SECCOMP_SET_MODE_FILTER.
    private static let setModeFilter: UInt64 = 1
}

extension SeccompRule {
    fileprivate static func option(level: Int32, atMost last: Int32) -> SeccompRule {
        .allow("setsockopt", when: .argument(1, equals: UInt64(level)), .argument(2, atMost: UInt64(last)))
    }
}
