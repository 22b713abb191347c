extension V1Memory {
    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        let values = try directory.flatKeyed("memory.stat")
        var memory = V1Metrics.Memory()
        func value(_ key: Substring) -> UInt64 { values[key] ?? 0 }
        func counters(_ prefix: String) -> V1Metrics.Memory.Counters {
            func value(_ key: String) -> UInt64 { values[Substring(prefix + key)] ?? 0 }
            return .init(
                cache: value("cache"), rss: value("rss"), rssHuge: value("rss_huge"), mappedFile: value("mapped_file"),
                dirty: value("dirty"), writeback: value("writeback"), pgPgIn: value("pgpgin"),
                pgPgOut: value("pgpgout"), pgFault: value("pgfault"), pgMajFault: value("pgmajfault"),
                inactiveAnon: value("inactive_anon"), activeAnon: value("active_anon"),
                inactiveFile: value("inactive_file"), activeFile: value("active_file"),
                unevictable: value("unevictable"))
        }
        memory.own = counters("")
        memory.total = counters("total_")
        memory.hierarchicalMemoryLimit = value("hierarchical_memory_limit")
        memory.hierarchicalSwapLimit = value("hierarchical_memsw_limit")
        memory.usage = try entry("memory", directory)
        memory.swap = try entry("memory.memsw", directory)
        memory.kernel = try entry("memory.kmem", directory)
        memory.kernelTCP = try entry("memory.kmem.tcp", directory)
        metrics.memory = memory

        let control = try directory.flatKeyed("memory.oom_control")
        metrics.memoryOOMControl = .init(
            oomKillDisable: control["oom_kill_disable"] ?? 0, underOOM: control["under_oom"] ?? 0,
            oomKill: control["oom_kill"] ?? 0)
    }

    /// Nil when the kernel has no such accounting.
    private static func entry(
        _ prefix: String, _ directory: CgroupDirectory
    ) throws(CgroupError) -> V1Metrics.Memory.Entry? {
        guard let usage = try directory.numberIfPresent("\(prefix).usage_in_bytes") else { return nil }
        return .init(
            limit: try directory.numberIfPresent("\(prefix).limit_in_bytes") ?? 0, usage: usage,
            max: try directory.numberIfPresent("\(prefix).max_usage_in_bytes") ?? 0,
            failcnt: try directory.numberIfPresent("\(prefix).failcnt") ?? 0)
    }
}
