extension V2Metrics {
    /// `MemoryStat`: bytes; from `pgfault` to `thpCollapseAlloc` counts.
    package struct Memory: Hashable, Sendable {
        package var anon: UInt64 = 0
        package var file: UInt64 = 0
        package var kernelStack: UInt64 = 0
        package var slab: UInt64 = 0
        package var sock: UInt64 = 0
        package var shmem: UInt64 = 0
        package var fileMapped: UInt64 = 0
        package var fileDirty: UInt64 = 0
        package var fileWriteback: UInt64 = 0
        package var anonThp: UInt64 = 0
        package var inactiveAnon: UInt64 = 0
        package var activeAnon: UInt64 = 0
        package var inactiveFile: UInt64 = 0
        package var activeFile: UInt64 = 0
        package var unevictable: UInt64 = 0
        package var slabReclaimable: UInt64 = 0
        package var slabUnreclaimable: UInt64 = 0
        package var pgfault: UInt64 = 0
        package var pgmajfault: UInt64 = 0
        package var workingsetRefault: UInt64 = 0
        package var workingsetActivate: UInt64 = 0
        package var workingsetNodereclaim: UInt64 = 0
        package var pgrefill: UInt64 = 0
        package var pgscan: UInt64 = 0
        package var pgsteal: UInt64 = 0
        package var pgactivate: UInt64 = 0
        package var pgdeactivate: UInt64 = 0
        package var pglazyfree: UInt64 = 0
        package var pglazyfreed: UInt64 = 0
        package var thpFaultAlloc: UInt64 = 0
        package var thpCollapseAlloc: UInt64 = 0
        package var usage: UInt64 = 0
        package var usageLimit: UInt64 = 0
        package var swapUsage: UInt64 = 0
        package var swapLimit: UInt64 = 0
        /// Zero on kernels before 5.19.
        package var maxUsage: UInt64 = 0
        /// Zero on kernels before 6.5.
        package var swapMaxUsage: UInt64 = 0
        package var psi: PSI?
    }
}
