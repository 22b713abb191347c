internal import OCISpec
internal import SystemPackage

/// `memory` (cgroup-v1/memory.rst). The kernel holds "memory and swap" at or above "memory" at every moment, so the
/// order of the two writes depends on the direction.
enum V1Memory: V1Controller {
    static let name = "memory"
    private static let field = "linux.resources.memory"
    private static let limitFile = "memory.limit_in_bytes"
    private static let swapFile = "memory.memsw.limit_in_bytes"

    static func requestedField(in resources: LinuxResources) -> String? {
        guard let memory = resources.memory else { return nil }
        if memory.limit.unlessZero != nil { return "\(field).limit" }
        if memory.swap.unlessZero != nil { return "\(field).swap" }
        if memory.reservation.unlessZero != nil { return "\(field).reservation" }
        if memory.swappiness != nil { return "\(field).swappiness" }
        return memory.disableOOMKiller == true ? "\(field).disableOOMKiller" : nil
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let memory = resources.memory else { return }
        try checkMemory(memory, usage: isNew ? nil : "memory.usage_in_bytes", in: directory)
        try setLimits(memory, directory, isNew: isNew)
        if let reservation = memory.reservation.unlessZero {
            try directory.write("\(reservation)", to: "memory.soft_limit_in_bytes", field: "\(field).reservation")
        }
        if let disable = memory.disableOOMKiller, disable || !isNew {
            try directory.write(disable ? "1" : "0", to: "memory.oom_control", field: "\(field).disableOOMKiller")
        }
        if let swappiness = memory.swappiness, swappiness != .max {
            guard swappiness <= 100 else {
                throw CgroupError(
                    .invalid, field: "\(field).swappiness", "found \(swappiness); 0 to 100 would be right")
            }
            try directory.write("\(swappiness)", to: "memory.swappiness", field: "\(field).swappiness")
        }
    }

    private static func setLimits(
        _ memory: MemoryResources, _ directory: CgroupDirectory, isNew: Bool
    ) throws(CgroupError) {
        let limit = memory.limit.unlessZero
        var swap = memory.swap.unlessZero
        // Unlimited memory within a limit of memory and swap could not be had.
        if limit == -1, swap == nil, !isNew, directory.has(swapFile) { swap = -1 }
        var swapFirst = false
        if limit != nil, let swap, !isNew {
            let current = try directory.number(limitFile)
            swapFirst = swap == -1 || current < UInt64(swap)
        }
        if swapFirst, let swap { try setSwap(swap, directory) }
        if let limit { try setLimit(limit, directory) }
        if !swapFirst, let swap { try setSwap(swap, directory) }
    }

    private static func setLimit(_ limit: Int64, _ directory: CgroupDirectory) throws(CgroupError) {
        guard let code = directory.attemptWrite("\(limit)", to: limitFile) else { return }
        let error = CgroupError.write("\(limit)", to: directory.file(limitFile), field: "\(field).limit", code)
        guard code == .resourceBusy, let usage = try directory.numberIfPresent("memory.usage_in_bytes"),
            let most = try directory.numberIfPresent("memory.max_usage_in_bytes")
        else { throw error }
        throw CgroupError(
            .rejected, field: error.field,
            "\(limit) bytes are too few: \(usage) are in use and can't be reclaimed (at most \(most) were)",
            cause: error.cause)
    }

    private static func setSwap(_ swap: Int64, _ directory: CgroupDirectory) throws(CgroupError) {
        guard let code = directory.attemptWrite("\(swap)", to: swapFile) else { return }
        let error = CgroupError.write("\(swap)", to: directory.file(swapFile), field: "\(field).swap", code)
        guard code == .noSuchFileOrDirectory else { throw error }
        throw CgroupError(
            .unsupported, field: error.field,
            "this kernel does not account for swap (boot it with swapaccount=1); leave the field out",
            cause: error.cause)
    }
}

/// What both versions hold against a container's memory limits before they write anything.
/// - Parameter usage: the file with what is in use, for a cgroup that may have processes.
func checkMemory(
    _ memory: MemoryResources, usage: String?, in directory: CgroupDirectory
) throws(CgroupError) {
    let field = "linux.resources.memory"
    for (name, value) in [("limit", memory.limit), ("swap", memory.swap), ("reservation", memory.reservation)] {
        if let value, value < -1 {
            throw CgroupError(
                .invalid, field: "\(field).\(name)", "found \(value); bytes, or -1 for no limit, would be right")
        }
    }
    if let limit = memory.limit, let swap = memory.swap, limit > 0, swap > 0, swap < limit {
        throw CgroupError(
            .invalid, field: "\(field).swap",
            "found \(swap), less than the memory limit of \(limit); it counts memory and swap together")
    }
    guard memory.checkBeforeUpdate == true, let usage else { return }
    let used = try directory.number(usage)
    for (name, value) in [("limit", memory.limit), ("swap", memory.swap)] {
        if let value, value > 0, UInt64(value) <= used {
            throw CgroupError(
                .rejected, field: "\(field).\(name)", "\(value) bytes are no more than the \(used) in use")
        }
    }
}
