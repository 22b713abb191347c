/// How a function of WASI preview 1 is called (its definition, `wasi_snapshot_preview1.witx`).
struct WASICall: Sendable {
    /// What a parameter stands for; some are two values of the function's.
    enum Parameter: Sendable {
        case fd, u16, u32, u64, s64, pointer
        case rights, lookup, oflags, fdflags, fstflags, whence, clock, advice, sdflags
        /// Text in memory: address and length.
        case path
        /// Bytes to be filled: address and length. How many were is the result's, if there is one, else all of them.
        case buffer
        /// A list of such, and a list of bytes to be written.
        case iovecs, ciovecs
        /// Where a result is put.
        case result(Result)

        /// The types of its values.
        var types: [String] {
            switch self {
            case .u64, .s64, .rights: ["i64"]
            case .path, .buffer, .iovecs, .ciovecs: ["i32", "i32"]
            default: ["i32"]
            }
        }
    }

    enum Result: Sendable {
        case size, fd, u16, u64, timestamp, filestat, fdstat, prestat
    }

    let name: String
    let parameters: [Parameter]
    /// Whether it answers with an error number.
    var answers = true

    /// All of preview 1, in the order of its definition.
    static let all: [WASICall] = [
        .init(name: "args_get", parameters: [.pointer, .pointer]),
        .init(name: "args_sizes_get", parameters: [.result(.size), .result(.size)]),
        .init(name: "environ_get", parameters: [.pointer, .pointer]),
        .init(name: "environ_sizes_get", parameters: [.result(.size), .result(.size)]),
        .init(name: "clock_res_get", parameters: [.clock, .result(.timestamp)]),
        .init(name: "clock_time_get", parameters: [.clock, .u64, .result(.timestamp)]),
        .init(name: "fd_advise", parameters: [.fd, .u64, .u64, .advice]),
        .init(name: "fd_allocate", parameters: [.fd, .u64, .u64]),
        .init(name: "fd_close", parameters: [.fd]),
        .init(name: "fd_datasync", parameters: [.fd]),
        .init(name: "fd_fdstat_get", parameters: [.fd, .result(.fdstat)]),
        .init(name: "fd_fdstat_set_flags", parameters: [.fd, .fdflags]),
        .init(name: "fd_fdstat_set_rights", parameters: [.fd, .rights, .rights]),
        .init(name: "fd_filestat_get", parameters: [.fd, .result(.filestat)]),
        .init(name: "fd_filestat_set_size", parameters: [.fd, .u64]),
        .init(name: "fd_filestat_set_times", parameters: [.fd, .u64, .u64, .fstflags]),
        .init(name: "fd_pread", parameters: [.fd, .iovecs, .u64, .result(.size)]),
        .init(name: "fd_prestat_get", parameters: [.fd, .result(.prestat)]),
        .init(name: "fd_prestat_dir_name", parameters: [.fd, .buffer]),
        .init(name: "fd_pwrite", parameters: [.fd, .ciovecs, .u64, .result(.size)]),
        .init(name: "fd_read", parameters: [.fd, .iovecs, .result(.size)]),
        .init(name: "fd_readdir", parameters: [.fd, .pointer, .u32, .u64, .result(.size)]),
        .init(name: "fd_renumber", parameters: [.fd, .fd]),
        .init(name: "fd_seek", parameters: [.fd, .s64, .whence, .result(.u64)]),
        .init(name: "fd_sync", parameters: [.fd]),
        .init(name: "fd_tell", parameters: [.fd, .result(.u64)]),
        .init(name: "fd_write", parameters: [.fd, .ciovecs, .result(.size)]),
        .init(name: "path_create_directory", parameters: [.fd, .path]),
        .init(name: "path_filestat_get", parameters: [.fd, .lookup, .path, .result(.filestat)]),
        .init(name: "path_filestat_set_times", parameters: [.fd, .lookup, .path, .u64, .u64, .fstflags]),
        .init(name: "path_link", parameters: [.fd, .lookup, .path, .fd, .path]),
        .init(
            name: "path_open",
            parameters: [.fd, .lookup, .path, .oflags, .rights, .rights, .fdflags, .result(.fd)]),
        .init(name: "path_readlink", parameters: [.fd, .path, .buffer, .result(.size)]),
        .init(name: "path_remove_directory", parameters: [.fd, .path]),
        .init(name: "path_rename", parameters: [.fd, .path, .fd, .path]),
        .init(name: "path_symlink", parameters: [.path, .fd, .path]),
        .init(name: "path_unlink_file", parameters: [.fd, .path]),
        .init(name: "poll_oneoff", parameters: [.pointer, .pointer, .u32, .result(.size)]),
        .init(name: "proc_exit", parameters: [.u32], answers: false),
        .init(name: "proc_raise", parameters: [.u32]),
        .init(name: "sched_yield", parameters: []),
        .init(name: "random_get", parameters: [.buffer]),
        .init(name: "sock_accept", parameters: [.fd, .fdflags, .result(.fd)]),
        .init(name: "sock_recv", parameters: [.fd, .iovecs, .u16, .result(.size), .result(.u16)]),
        .init(name: "sock_send", parameters: [.fd, .ciovecs, .u16, .result(.size)]),
        .init(name: "sock_shutdown", parameters: [.fd, .sdflags]),
    ]

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The modules whose functions are called so; the earlier one does not have them all.
    static let modules: [(name: String, lacks: Set<String>)] = [
        ("wasi_snapshot_preview1", []), ("wasi_unstable", ["sock_accept"]),
    ]

    /// The error numbers by their values.
    static let errors = [
        "SUCCESS", "2BIG", "ACCES", "ADDRINUSE", "ADDRNOTAVAIL", "AFNOSUPPORT", "AGAIN", "ALREADY", "BADF", "BADMSG",
        "BUSY", "CANCELED", "CHILD", "CONNABORTED", "CONNREFUSED", "CONNRESET", "DEADLK", "DESTADDRREQ", "DOM", "DQUOT",
        "EXIST", "FAULT", "FBIG", "HOSTUNREACH", "IDRM", "ILSEQ", "INPROGRESS", "INTR", "INVAL", "IO", "ISCONN",
        "ISDIR",
        "LOOP", "MFILE", "MLINK", "MSGSIZE", "MULTIHOP", "NAMETOOLONG", "NETDOWN", "NETRESET", "NETUNREACH", "NFILE",
        "NOBUFS", "NODEV", "NOENT", "NOEXEC", "NOLCK", "NOLINK", "NOMEM", "NOMSG", "NOPROTOOPT", "NOSPC", "NOSYS",
        "NOTCONN", "NOTDIR", "NOTEMPTY", "NOTRECOVERABLE", "NOTSOCK", "NOTSUP", "NOTTY", "NXIO", "OVERFLOW",
        "OWNERDEAD",
        "PERM", "PIPE", "PROTO", "PROTONOSUPPORT", "PROTOTYPE", "RANGE", "ROFS", "SPIPE", "SRCH", "STALE", "TIMEDOUT",
        "TXTBSY", "XDEV", "NOTCAPABLE",
    ]
}
