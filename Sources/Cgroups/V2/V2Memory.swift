internal import OCISpec
internal import SystemPackage

/// `memory`: the limit, a soft reservation, and swap by itself (version 1 counts memory and swap together).
enum V2Memory: V2Controller {
    static let name = "memory"
    private static let field = "linux.resources.memory"

    static func requestedField(in resources: LinuxResources) -> String? {
        guard let memory = resources.memory else { return nil }
        if memory.limit.unlessZero != nil { return "\(field).limit" }
        if memory.swap.unlessZero != nil { return "\(field).swap" }
        return memory.reservation.unlessZero == nil ? nil : "\(field).reservation"
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let memory = resources.memory else { return }
        try checkMemory(memory, usage: isNew ? nil : "memory.current", in: directory)
        // Swap first: a limit that is lowered may push pages out, and they may need the room.
        if let swap = try swapOnly(memory) {
            let text = swap == -1 ? "max" : "\(swap)"
            if let code = directory.attemptWrite(text, to: "memory.swap.max") {
                // A kernel without swap gives what "none" and "all of it" ask for.
                let isMoot = code == .noSuchFileOrDirectory && swap <= 0
                if !isMoot { throw .write(text, to: directory.file("memory.swap.max"), field: "\(field).swap", code) }
            }
        }
        if let limit = memory.limit.unlessZero {
            try directory.write(limit == -1 ? "max" : "\(limit)", to: "memory.max", field: "\(field).limit")
        }
        if let reservation = memory.reservation.unlessZero {
            try directory.write(
                reservation == -1 ? "max" : "\(reservation)", to: "memory.low", field: "\(field).reservation")
        }
    }

    /// Bytes of swap alone; -1 is no limit, nil leaves it as it is.
    static func swapOnly(_ memory: MemoryResources) throws(CgroupError) -> Int64? {
        let limit = memory.limit.unlessZero
        guard let swap = memory.swap.unlessZero else { return limit == -1 ? -1 : nil }
        guard swap != -1, limit != -1 else { return swap }
        guard let limit else {
            throw CgroupError(
                .invalid, field: "\(field).swap",
                "it counts memory and swap together, so \(field).limit must be given too")
        }
        return swap - limit
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {
        guard let usage = try directory.numberIfPresent("memory.current") else { return }
        var memory = counters(try directory.flatKeyed("memory.stat"))
        memory.usage = usage
        memory.usageLimit = try directory.numberIfPresent("memory.max") ?? 0
        memory.maxUsage = try directory.numberIfPresent("memory.peak") ?? 0
        memory.swapUsage = try directory.numberIfPresent("memory.swap.current") ?? 0
        memory.swapLimit = try directory.numberIfPresent("memory.swap.max") ?? 0
        memory.swapMaxUsage = try directory.numberIfPresent("memory.swap.peak") ?? 0
        memory.psi = try directory.pressure("memory.pressure")
        metrics.memory = memory
        if let events = try directory.flatKeyedIfPresent("memory.events") {
            metrics.memoryEvents = .init(
                low: events["low"] ?? 0, high: events["high"] ?? 0, max: events["max"] ?? 0, oom: events["oom"] ?? 0,
                oomKill: events["oom_kill"] ?? 0)
        }
    }

    private static func counters(_ values: [Substring: UInt64]) -> V2Metrics.Memory {
        func value(_ keys: Substring...) -> UInt64 { keys.reduce(0) { $0 &+ (values[$1] ?? 0) } }
        return V2Metrics.Memory(
            anon: value("anon"), file: value("file"), kernelStack: value("kernel_stack"), slab: value("slab"),
            sock: value("sock"), shmem: value("shmem"), fileMapped: value("file_mapped"),
            fileDirty: value("file_dirty"), fileWriteback: value("file_writeback"), anonThp: value("anon_thp"),
            inactiveAnon: value("inactive_anon"), activeAnon: value("active_anon"),
            inactiveFile: value("inactive_file"), activeFile: value("active_file"), unevictable: value("unevictable"),
            slabReclaimable: value("slab_reclaimable"), slabUnreclaimable: value("slab_unreclaimable"),
            pgfault: value("pgfault"), pgmajfault: value("pgmajfault"),
            // One number before Linux 5.9, one of each kind since.
            workingsetRefault: value("workingset_refault", "workingset_refault_anon", "workingset_refault_file"),
            workingsetActivate: value("workingset_activate", "workingset_activate_anon", "workingset_activate_file"),
            workingsetNodereclaim: value("workingset_nodereclaim"), pgrefill: value("pgrefill"),
            pgscan: value("pgscan"), pgsteal: value("pgsteal"), pgactivate: value("pgactivate"),
            pgdeactivate: value("pgdeactivate"), pglazyfree: value("pglazyfree"), pglazyfreed: value("pglazyfreed"),
            thpFaultAlloc: value("thp_fault_alloc"), thpCollapseAlloc: value("thp_collapse_alloc"))
    }
}
