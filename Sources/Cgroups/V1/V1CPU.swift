internal import OCISpec
internal import SystemPackage

/// `cpu`: shares, bandwidth, real time (scheduler/sched-design-CFS, sched-bwc.rst, sched-rt-group.rst).
enum V1CPU: V1Controller {
    static let name = "cpu"
    private static let field = "linux.resources.cpu"

    static func requestedField(in resources: LinuxResources) -> String? {
        guard let cpu = resources.cpu else { return nil }
        if cpu.shares.unlessZero != nil { return "\(field).shares" }
        if cpu.quota.unlessZero != nil { return "\(field).quota" }
        if cpu.period.unlessZero != nil { return "\(field).period" }
        if cpu.burst.unlessZero != nil { return "\(field).burst" }
        if cpu.realtimeRuntime.unlessZero != nil { return "\(field).realtimeRuntime" }
        if cpu.realtimePeriod.unlessZero != nil { return "\(field).realtimePeriod" }
        return cpu.idle.unlessZero == nil ? nil : "\(field).idle"
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let cpu = resources.cpu else { return }
        // An idle group has no shares to set: it is taken out first, and put in last.
        if !isNew, cpu.idle == 0, directory.has("cpu.idle") {
            try directory.write("0", to: "cpu.idle", field: "\(field).idle")
        }
        if let shares = cpu.shares.unlessZero, cpu.idle.unlessZero == nil {
            // The kernel would clamp silently.
            guard (2...262_144).contains(shares) else {
                throw CgroupError(.invalid, field: "\(field).shares", "found \(shares); 2 to 262144 would be right")
            }
            try directory.write("\(shares)", to: "cpu.shares", field: "\(field).shares")
        }
        try setBandwidth(cpu, directory)
        // Before a process enters: one with a real-time policy is not let into a group without a budget.
        if let period = cpu.realtimePeriod.unlessZero {
            try directory.write("\(period)", to: "cpu.rt_period_us", field: "\(field).realtimePeriod")
        }
        if let runtime = cpu.realtimeRuntime.unlessZero {
            try directory.write("\(runtime)", to: "cpu.rt_runtime_us", field: "\(field).realtimeRuntime")
        }
        if let idle = cpu.idle.unlessZero {
            try directory.write("\(idle)", to: "cpu.idle", field: "\(field).idle")
        }
    }

    /// The kernel checks each write against the values that are there, so a period or burst that is refused now may
    /// fit once the quota is set: it is tried again then.
    private static func setBandwidth(_ cpu: CPUResources, _ directory: CgroupDirectory) throws(CgroupError) {
        var waiting: [(file: String, value: String, field: String)] = []
        if let period = cpu.period.unlessZero {
            waiting.append(("cpu.cfs_period_us", "\(period)", "\(field).period"))
        }
        if let burst = cpu.burst, burst > 0 || directory.has("cpu.cfs_burst_us") {
            waiting.append(("cpu.cfs_burst_us", "\(burst)", "\(field).burst"))
        }
        let quota = cpu.quota.unlessZero
        for (index, write) in waiting.enumerated().reversed() {
            guard let code = directory.attemptWrite(write.value, to: write.file) else {
                waiting.remove(at: index)
                continue
            }
            guard code == .invalidArgument, quota != nil else {
                throw .write(write.value, to: directory.file(write.file), field: write.field, code)
            }
        }
        if let quota {
            let text = quota < 0 ? "-1" : "\(quota)"
            try directory.write(text, to: "cpu.cfs_quota_us", field: "\(field).quota")
        }
        for write in waiting { try directory.write(write.value, to: write.file, field: write.field) }
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        let values = try directory.flatKeyed("cpu.stat")
        metrics.cpu.throttling = .init(
            periods: values["nr_periods"] ?? 0, throttledPeriods: values["nr_throttled"] ?? 0,
            throttledTime: values["throttled_time"] ?? 0)
    }
}
