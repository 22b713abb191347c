/// The process of a container (config.md, "Process").
package struct Process: Codable, Hashable, Sendable {
    package var terminal: Bool?
    package var consoleSize: ConsoleSize?
    package var user: User?
    package var args: [String]?
    package var env: [String]?
    package var cwd: String
    package var capabilities: Capabilities?
    package var rlimits: [ResourceLimit]?
    package var noNewPrivileges: Bool?
    package var apparmorProfile: String?
    package var oomScoreAdj: Int?
    package var scheduler: Scheduler?
    package var selinuxLabel: String?
    package var ioPriority: IOPriority?
    package var execCPUAffinity: CPUAffinity?

    package init(args: [String], cwd: String = "/") {
        self.args = args
        self.cwd = cwd
    }
}

/// The size of a terminal, in characters.
package struct ConsoleSize: Codable, Hashable, Sendable {
    package var height: UInt16
    package var width: UInt16

    package init(height: UInt16, width: UInt16) {
        self.height = height
        self.width = width
    }
}

/// Who the process runs as (config.md, "POSIX-platform User").
package struct User: Codable, Hashable, Sendable {
    package var uid: UInt32
    package var gid: UInt32
    package var umask: UInt32?
    package var additionalGids: [UInt32]?

    package init(uid: UInt32, gid: UInt32) {
        self.uid = uid
        self.gid = gid
    }
}

/// The five capability sets (capabilities(7)), by names such as `CAP_CHOWN`.
package struct Capabilities: Codable, Hashable, Sendable {
    package var bounding: [String]?
    package var effective: [String]?
    package var inheritable: [String]?
    package var permitted: [String]?
    package var ambient: [String]?

    package init() {}
}

/// A limit of getrlimit(2), by names such as `RLIMIT_NOFILE`.
package struct ResourceLimit: Codable, Hashable, Sendable {
    package var type: String
    package var soft: UInt64
    package var hard: UInt64

    package init(type: String, soft: UInt64, hard: UInt64) {
        self.type = type
        self.soft = soft
        self.hard = hard
    }
}

/// The scheduling of sched_setattr(2).
package struct Scheduler: Codable, Hashable, Sendable {
    /// `SCHED_OTHER`, `SCHED_FIFO`, `SCHED_RR`, `SCHED_BATCH`, `SCHED_ISO`, `SCHED_IDLE`, `SCHED_DEADLINE`.
    package var policy: String
    package var nice: Int32?
    package var priority: Int32?
    /// `SCHED_FLAG_RESET_ON_FORK` and its like.
    package var flags: [String]?
    /// Nanoseconds, as are `deadline` and `period`.
    package var runtime: UInt64?
    package var deadline: UInt64?
    package var period: UInt64?
}

/// The I/O priority of ioprio_set(2).
package struct IOPriority: Codable, Hashable, Sendable {
    /// `IOPRIO_CLASS_RT`, `IOPRIO_CLASS_BE` or `IOPRIO_CLASS_IDLE`.
    package var `class`: String
    /// 0 (high) to 7.
    package var priority: Int
}

/// The processors for an exec process, as lists such as `0-2,7`.
package struct CPUAffinity: Codable, Hashable, Sendable {
    package var initial: String?
    package var final: String?
}
