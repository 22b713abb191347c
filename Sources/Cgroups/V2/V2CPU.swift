internal import OCISpec
internal import SystemPackage

/// `cpu`: weight, bandwidth, idle.
enum V2CPU: V2Controller {
    static let name = "cpu"
    private static let field = "linux.resources.cpu"

    static func requestedField(in resources: LinuxResources) -> String? { V1CPU.requestedField(in: resources) }

    /// A weight from version 1's shares: 2 to 262144 become 1 to 10000, in a straight line.
    ///
    /// It is what runc does up to 1.3, crun up to 1.22 and the kubelet for the pod around the container; so the
    /// container's weight compares with its neighbours'. (runc 1.4 bends the line so that 1024 becomes 100.)
    static func weight(fromShares shares: UInt64) -> UInt64 {
        1 + (min(max(shares, 2), 262_144) - 2) * 9999 / 262_142
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let cpu = resources.cpu else { return }
        // The weight of an idle group can't be set: it is taken out first, and put in last.
        if !isNew, cpu.idle == 0, directory.has("cpu.idle") {
            try directory.write("0", to: "cpu.idle", field: "\(field).idle")
        }
        if let shares = cpu.shares.unlessZero, cpu.idle.unlessZero == nil {
            try directory.write("\(weight(fromShares: shares))", to: "cpu.weight", field: "\(field).shares")
        }
        try setBandwidth(cpu, directory)
        if let idle = cpu.idle.unlessZero {
            try directory.write("\(idle)", to: "cpu.idle", field: "\(field).idle")
        }
    }

    /// A burst larger than the quota that is there is refused, and may fit the one that is about to be set.
    private static func setBandwidth(_ cpu: CPUResources, _ directory: CgroupDirectory) throws(CgroupError) {
        let quota = cpu.quota.unlessZero
        let period = cpu.period.unlessZero
        var burst = cpu.burst
        if burst == 0, !directory.has("cpu.max.burst") { burst = nil }
        if let value = burst {
            switch directory.attemptWrite("\(value)", to: "cpu.max.burst") {
            case nil: burst = nil
            case .invalidArgument? where quota != nil: break
            case let code?:
                throw .write("\(value)", to: directory.file("cpu.max.burst"), field: "\(field).burst", code)
            }
        }
        if quota != nil || period != nil {
            // One file has both. What is not asked for keeps its value; a single number is a quota alone.
            var limit = quota.map { $0 < 0 ? "max" : "\($0)" } ?? ""
            if quota == nil { limit = try currentQuota(directory) }
            try directory.write(
                period.map { "\(limit) \($0)" } ?? limit, to: "cpu.max",
                field: quota == nil ? "\(field).period" : "\(field).quota")
        }
        if let burst { try directory.write("\(burst)", to: "cpu.max.burst", field: "\(field).burst") }
    }

    private static func currentQuota(_ directory: CgroupDirectory) throws(CgroupError) -> String {
        try directory.read("cpu.max").split(separator: " ").first.map(String.init) ?? "max"
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {
        // Every cgroup has it; the last three only with the controller.
        let values = try directory.flatKeyed("cpu.stat")
        metrics.cpu = .init(
            usageUsec: values["usage_usec"] ?? 0, userUsec: values["user_usec"] ?? 0,
            systemUsec: values["system_usec"] ?? 0, nrPeriods: values["nr_periods"] ?? 0,
            nrThrottled: values["nr_throttled"] ?? 0, throttledUsec: values["throttled_usec"] ?? 0,
            psi: try directory.pressure("cpu.pressure"))
    }
}
