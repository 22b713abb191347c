internal import Cgroups
internal import ContainerdAPI

extension CgroupV2MemoryStat {
    init(_ memory: V2Metrics.Memory) {
        self.init()
        anon = memory.anon
        file = memory.file
        kernelStack = memory.kernelStack
        slab = memory.slab
        sock = memory.sock
        shmem = memory.shmem
        fileMapped = memory.fileMapped
        fileDirty = memory.fileDirty
        fileWriteback = memory.fileWriteback
        anonThp = memory.anonThp
        inactiveAnon = memory.inactiveAnon
        activeAnon = memory.activeAnon
        inactiveFile = memory.inactiveFile
        activeFile = memory.activeFile
        unevictable = memory.unevictable
        slabReclaimable = memory.slabReclaimable
        slabUnreclaimable = memory.slabUnreclaimable
        pgfault = memory.pgfault
        pgmajfault = memory.pgmajfault
        workingsetRefault = memory.workingsetRefault
        workingsetActivate = memory.workingsetActivate
        workingsetNodereclaim = memory.workingsetNodereclaim
        pgrefill = memory.pgrefill
        pgscan = memory.pgscan
        pgsteal = memory.pgsteal
        pgactivate = memory.pgactivate
        pgdeactivate = memory.pgdeactivate
        pglazyfree = memory.pglazyfree
        pglazyfreed = memory.pglazyfreed
        thpFaultAlloc = memory.thpFaultAlloc
        thpCollapseAlloc = memory.thpCollapseAlloc
        usage = memory.usage
        usageLimit = memory.usageLimit
        swapUsage = memory.swapUsage
        swapLimit = memory.swapLimit
        maxUsage = memory.maxUsage
        swapMaxUsage = memory.swapMaxUsage
        if let pressure = memory.psi { psi = CgroupV2PSIStats(pressure) }
    }
}
