internal import Cgroups
internal import ContainerdAPI

extension CgroupV1MemoryStat {
    init(_ memory: V1Metrics.Memory) {
        self.init()
        cache = memory.own.cache
        rss = memory.own.rss
        rssHuge = memory.own.rssHuge
        mappedFile = memory.own.mappedFile
        dirty = memory.own.dirty
        writeback = memory.own.writeback
        pgPgIn = memory.own.pgPgIn
        pgPgOut = memory.own.pgPgOut
        pgFault = memory.own.pgFault
        pgMajFault = memory.own.pgMajFault
        inactiveAnon = memory.own.inactiveAnon
        activeAnon = memory.own.activeAnon
        inactiveFile = memory.own.inactiveFile
        activeFile = memory.own.activeFile
        unevictable = memory.own.unevictable
        totalCache = memory.total.cache
        totalRss = memory.total.rss
        totalRssHuge = memory.total.rssHuge
        totalMappedFile = memory.total.mappedFile
        totalDirty = memory.total.dirty
        totalWriteback = memory.total.writeback
        totalPgPgIn = memory.total.pgPgIn
        totalPgPgOut = memory.total.pgPgOut
        totalPgFault = memory.total.pgFault
        totalPgMajFault = memory.total.pgMajFault
        totalInactiveAnon = memory.total.inactiveAnon
        totalActiveAnon = memory.total.activeAnon
        totalInactiveFile = memory.total.inactiveFile
        totalActiveFile = memory.total.activeFile
        totalUnevictable = memory.total.unevictable
        hierarchicalMemoryLimit = memory.hierarchicalMemoryLimit
        hierarchicalSwapLimit = memory.hierarchicalSwapLimit
        if let entry = memory.usage { usage = CgroupV1MemoryEntry(entry) }
        if let entry = memory.swap { swap = CgroupV1MemoryEntry(entry) }
        if let entry = memory.kernel { kernel = CgroupV1MemoryEntry(entry) }
        if let entry = memory.kernelTCP { kernelTcp = CgroupV1MemoryEntry(entry) }
    }
}

extension CgroupV1MemoryEntry {
    fileprivate init(_ entry: V1Metrics.Memory.Entry) {
        self.init()
        limit = entry.limit
        usage = entry.usage
        max = entry.max
        failcnt = entry.failcnt
    }
}
