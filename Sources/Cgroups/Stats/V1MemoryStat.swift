extension V1Metrics {
    /// `MemoryStat`: bytes, but for the counts of pages in and out and of faults.
    package struct Memory: Hashable, Sendable {
        /// Of this cgroup alone.
        package var own = Counters()
        /// With those below: the message's fields `total_…`.
        package var total = Counters()
        package var hierarchicalMemoryLimit: UInt64 = 0
        package var hierarchicalSwapLimit: UInt64 = 0
        package var usage: Entry?
        /// Memory and swap together; nil when the kernel does not account for swap.
        package var swap: Entry?
        package var kernel: Entry?
        package var kernelTCP: Entry?

        package struct Entry: Hashable, Sendable {
            package var limit: UInt64
            package var usage: UInt64
            package var max: UInt64
            package var failcnt: UInt64
        }

        package struct Counters: Hashable, Sendable {
            package var cache: UInt64 = 0
            package var rss: UInt64 = 0
            package var rssHuge: UInt64 = 0
            package var mappedFile: UInt64 = 0
            package var dirty: UInt64 = 0
            package var writeback: UInt64 = 0
            package var pgPgIn: UInt64 = 0
            package var pgPgOut: UInt64 = 0
            package var pgFault: UInt64 = 0
            package var pgMajFault: UInt64 = 0
            package var inactiveAnon: UInt64 = 0
            package var activeAnon: UInt64 = 0
            package var inactiveFile: UInt64 = 0
            package var activeFile: UInt64 = 0
            package var unevictable: UInt64 = 0
        }
    }
}
