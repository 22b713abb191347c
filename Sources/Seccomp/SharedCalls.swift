internal import Glibc
internal import OCISpec

/// What the engine needs in any process: memory, threads, time, and the descriptors that are open already.
enum SharedCalls {
    static let rules: [SeccompRule] =
        memory + threads + [
            // Reading and writing what is open.
            .allow(
                "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev", "lseek",
                "_llseek", "close", "close_range", "dup", "dup3", "fstat", "fstat64"),
            // By it the engine appends at an offset, which a pipe has not; without it, it appends by write(2).
            .lacking("pwritev2"),
            // fstat(3), as C libraries make it.
            .allow("newfstatat", when: .argument(3, masked: emptyPath, equals: emptyPath)),
            .allow("statx", when: .argument(2, masked: emptyPath, equals: emptyPath)),
            // Clocks (mostly answered by the vDSO) and sleep.
            .allow(
                "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "gettimeofday", "time",
                "nanosleep", "clock_nanosleep", "clock_nanosleep_time64", "restart_syscall"),
            .allow("getrandom"),
            // The handlers of traps and of SIGTERM, and returning from them.
            .allow("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack"),
            // abort(3), which a panic of the engine ends in; no other signal, to nobody.
            .allow("tgkill", when: .argument(2, equals: UInt64(SIGABRT))),
            .allow("getpid", "gettid", "getuid", "geteuid", "getgid", "getegid"),
            .allow("exit", "exit_group"),
        ]

    /// Linear memories, stacks and the heap.
    private static let memory: [SeccompRule] = [
        .allow("brk", "munmap", "mremap", "madvise"),
        // Nothing becomes executable: code was mapped before the filter. So a library that an image brings can't be
        // loaded (nsswitch.conf may name one), nor what a guest has written be run.
        .allow("mmap", "mmap2", "mprotect", when: .argument(2, masked: UInt64(PROT_EXEC), equals: 0)),
    ]

    /// Threads of this process, which the engine's asynchronous runtime starts at need; no processes, no namespaces.
    private static let threads: [SeccompRule] = [
        .allow(
            "clone",
            when: .argument(0, masked: cloneThread | newNamespaces, equals: cloneThread)),
        // Its flags are in memory, where a filter can't look; glibc falls back to clone at ENOSYS.
        .lacking("clone3"),
        .allow("futex", "futex_time64", "set_robust_list", "rseq", "set_tid_address", "sched_yield"),
        .allow("sched_getaffinity", "getcpu"),
        // Names of threads.
        .allow("prctl", when: .argument(0, equals: setName)),
        // Looking at limits (the size of a thread's stack), not setting them.
        .allow("prlimit64", when: .argument(0, equals: 0), .argument(2, equals: 0)),
        .allow("getrlimit", "ugetrlimit"),
    ]

    /// CLONE_THREAD (linux/sched.h).
    private static let cloneThread: UInt64 = 0x1_0000
    /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. (CLONE_NEWTIME is not clone's.)
    private static let newNamespaces: UInt64 = 0x7e02_0000
    /// AT_EMPTY_PATH (linux/fcntl.h).
    private static let emptyPath: UInt64 = 0x1000
    /// PR_SET_NAME (linux/prctl.h).
    private static let setName: UInt64 = 15
}
