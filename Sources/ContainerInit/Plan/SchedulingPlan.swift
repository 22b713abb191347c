internal import LinuxSystem
internal import OCISpec

extension SchedulingAttributes {
    init(_ scheduler: Scheduler) throws(SpecError) {
        let field = "process.scheduler"
        guard let policy = Self.policies[scheduler.policy] else {
            throw SpecError(
                .invalid, field: "\(field).policy",
                "found \"\(scheduler.policy)\"; expected one of \(Self.policies.keys.sorted().joined(separator: ", "))")
        }
        var flags: UInt64 = 0
        for (index, name) in (scheduler.flags ?? []).enumerated() {
            guard let flag = Self.flagNames[name] else {
                throw SpecError(.invalid, field: "\(field).flags[\(index)]", "no such flag: \"\(name)\"")
            }
            flags |= flag
        }
        let isFair = ["SCHED_OTHER", "SCHED_BATCH", "SCHED_IDLE"].contains(scheduler.policy)
        if let nice = scheduler.nice, isFair, !(-20...19).contains(nice) {
            throw SpecError(.invalid, field: "\(field).nice", "found \(nice); expected -20 to 19")
        }
        let priority = scheduler.priority ?? 0
        let isRealtime = ["SCHED_FIFO", "SCHED_RR"].contains(scheduler.policy)
        guard isRealtime ? (1...99).contains(priority) : priority == 0 else {
            throw SpecError(
                .invalid, field: "\(field).priority",
                "found \(priority); expected 1 to 99 for SCHED_FIFO and SCHED_RR, 0 for others")
        }
        let isDeadline = scheduler.policy == "SCHED_DEADLINE"
        let times = [scheduler.runtime, scheduler.deadline, scheduler.period]
        guard isDeadline || times.allSatisfy({ ($0 ?? 0) == 0 }) else {
            throw SpecError(
                .invalid, field: "\(field).runtime", "runtime, deadline and period are for SCHED_DEADLINE only")
        }
        self.init(
            policy: policy, flags: flags, nice: scheduler.nice ?? 0, priority: UInt32(priority),
            runtime: scheduler.runtime ?? 0, deadline: scheduler.deadline ?? 0, period: scheduler.period ?? 0)
    }
}

extension IOPriorityValue {
    init(_ priority: IOPriority) throws(SpecError) {
        guard let ioClass = Self.classes[priority.class] else {
            throw SpecError(
                .invalid, field: "process.ioPriority.class",
                "found \"\(priority.class)\"; expected one of \(Self.classes.keys.sorted().joined(separator: ", "))")
        }
        guard (0...7).contains(priority.priority) else {
            throw SpecError(
                .invalid, field: "process.ioPriority.priority", "found \(priority.priority); expected 0 to 7")
        }
        self.init(ioClass: ioClass, level: Int32(priority.priority))
    }
}

/// The execution domains of the specification, as personality(2) takes them.
func persona(_ personality: Personality) throws(SpecError) -> UInt {
    guard (personality.flags ?? []).isEmpty else {
        throw SpecError(.unsupported, field: "linux.personality.flags", "the specification defines none")
    }
    switch personality.domain {
    case "LINUX": return 0
    case "LINUX32": return 8
    default:
        throw SpecError(
            .invalid, field: "linux.personality.domain", "found \"\(personality.domain)\"; expected LINUX or LINUX32")
    }
}
