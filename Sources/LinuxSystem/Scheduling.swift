internal import CLinux

/// How a process is scheduled (sched_setattr(2)). Times are in nanoseconds.
package struct SchedulingAttributes: Hashable, Sendable {
    package var policy: UInt32
    package var flags: UInt64
    package var nice: Int32
    package var priority: UInt32
    package var runtime: UInt64
    package var deadline: UInt64
    package var period: UInt64

    package init(
        policy: UInt32, flags: UInt64, nice: Int32, priority: UInt32, runtime: UInt64, deadline: UInt64, period: UInt64
    ) {
        self.policy = policy
        self.flags = flags
        self.nice = nice
        self.priority = priority
        self.runtime = runtime
        self.deadline = deadline
        self.period = period
    }

    /// The policies by their names in sched(7).
    package static let policies: [String: UInt32] = [
        "SCHED_OTHER": 0, "SCHED_FIFO": 1, "SCHED_RR": 2, "SCHED_BATCH": 3, "SCHED_ISO": 4, "SCHED_IDLE": 5,
        "SCHED_DEADLINE": 6,
    ]

    /// The flags by their names in sched_setattr(2).
    package static let flagNames: [String: UInt64] = [
        "SCHED_FLAG_RESET_ON_FORK": 0x01, "SCHED_FLAG_RECLAIM": 0x02, "SCHED_FLAG_DL_OVERRUN": 0x04,
        "SCHED_FLAG_KEEP_POLICY": 0x08, "SCHED_FLAG_KEEP_PARAMS": 0x10, "SCHED_FLAG_UTIL_CLAMP_MIN": 0x20,
        "SCHED_FLAG_UTIL_CLAMP_MAX": 0x40,
    ]

    /// Applies them to this thread.
    package func apply() throws(SystemCallError) {
        var scheduling = martlet_scheduling(
            policy: policy, flags: flags, nice: nice, priority: priority, runtime: runtime, deadline: deadline,
            period: period)
        try systemCall("sched_setattr") { martlet_sched_setattr(0, &scheduling) }
    }
}

/// An I/O priority (ioprio_set(2)).
package struct IOPriorityValue: Hashable, Sendable {
    /// The classes by their names.
    package static let classes: [String: Int32] = [
        "IOPRIO_CLASS_RT": 1, "IOPRIO_CLASS_BE": 2, "IOPRIO_CLASS_IDLE": 3,
    ]

    package let ioClass: Int32
    /// 0 (high) to 7.
    package let level: Int32

    package init(ioClass: Int32, level: Int32) {
        self.ioClass = ioClass
        self.level = level
    }

    /// Applies it to this thread.
    package func apply() throws(SystemCallError) {
        // IOPRIO_WHO_PROCESS, IOPRIO_CLASS_SHIFT
        try systemCall("ioprio_set") { martlet_ioprio_set(1, 0, ioClass << 13 | level) }
    }
}

/// personality(2): what of the kernel's behaviour this process sees.
package func setPersonality(_ persona: UInt) throws(SystemCallError) {
    try systemCall("personality", "0x\(String(persona, radix: 16))") { martlet_personality(persona) }
}
