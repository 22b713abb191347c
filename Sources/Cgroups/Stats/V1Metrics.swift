/// What a container used, by the fields of `io.containerd.cgroups.v1.Metrics`.
package struct V1Metrics: Hashable, Sendable {
    package var hugetlb: [Hugetlb] = []
    package var pids: PidsMetrics?
    package var cpu = CPU()
    package var memory: Memory?
    package var blkio = BlkIO()
    package var rdma: RDMAMetrics?
    package var memoryOOMControl: MemoryOOMControl?

    /// Bytes.
    package struct Hugetlb: Hashable, Sendable {
        package var usage: UInt64
        package var max: UInt64
        package var failcnt: UInt64
        package var pagesize: String
    }

    package struct CPU: Hashable, Sendable {
        package var usage = Usage()
        package var throttling = Throttle()

        /// Nanoseconds.
        package struct Usage: Hashable, Sendable {
            package var total: UInt64 = 0
            package var kernel: UInt64 = 0
            package var user: UInt64 = 0
            package var perCPU: [UInt64] = []
        }

        /// `throttledTime` in nanoseconds.
        package struct Throttle: Hashable, Sendable {
            package var periods: UInt64 = 0
            package var throttledPeriods: UInt64 = 0
            package var throttledTime: UInt64 = 0
        }
    }

    package struct MemoryOOMControl: Hashable, Sendable {
        package var oomKillDisable: UInt64
        package var underOOM: UInt64
        package var oomKill: UInt64
    }

    package struct BlkIO: Hashable, Sendable {
        package var ioServiceBytesRecursive: [Entry] = []
        package var ioServicedRecursive: [Entry] = []
        package var ioQueuedRecursive: [Entry] = []
        package var ioServiceTimeRecursive: [Entry] = []
        package var ioWaitTimeRecursive: [Entry] = []
        package var ioMergedRecursive: [Entry] = []
        package var ioTimeRecursive: [Entry] = []
        package var sectorsRecursive: [Entry] = []

        package struct Entry: Hashable, Sendable {
            package var op: String
            /// `/dev/sda`; empty when the machine has no such device any more.
            package var device: String
            package var major: UInt64
            package var minor: UInt64
            package var value: UInt64
        }
    }
}

/// Of both versions. No limit is 0 in version 1's message, the largest number in version 2's.
package struct PidsMetrics: Hashable, Sendable {
    package var current: UInt64
    package var limit: UInt64
}

/// Of both versions.
package struct RDMAMetrics: Hashable, Sendable {
    package var current: [Entry]
    package var limit: [Entry]

    package struct Entry: Hashable, Sendable {
        package var device: String
        package var hcaHandles: UInt32
        package var hcaObjects: UInt32
    }
}
