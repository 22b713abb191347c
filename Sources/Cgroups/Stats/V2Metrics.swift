/// What a container used, by the fields of `io.containerd.cgroups.v2.Metrics`. A limit that is not set is `UInt64.max`.
package struct V2Metrics: Hashable, Sendable {
    package var pids: PidsMetrics?
    package var cpu = CPU()
    package var memory: V2Metrics.Memory?
    package var rdma: RDMAMetrics?
    package var io = IO()
    package var hugetlb: [HugeTlb] = []
    package var memoryEvents: MemoryEvents?

    /// Microseconds, but for the counts.
    package struct CPU: Hashable, Sendable {
        package var usageUsec: UInt64 = 0
        package var userUsec: UInt64 = 0
        package var systemUsec: UInt64 = 0
        package var nrPeriods: UInt64 = 0
        package var nrThrottled: UInt64 = 0
        package var throttledUsec: UInt64 = 0
        package var psi: PSI?
    }

    package struct MemoryEvents: Hashable, Sendable {
        package var low: UInt64
        package var high: UInt64
        package var max: UInt64
        package var oom: UInt64
        package var oomKill: UInt64
    }

    package struct IO: Hashable, Sendable {
        package var usage: [Entry] = []
        package var psi: PSI?

        /// Bytes and operations.
        package struct Entry: Hashable, Sendable {
            package var major: UInt64
            package var minor: UInt64
            package var rbytes: UInt64
            package var wbytes: UInt64
            package var rios: UInt64
            package var wios: UInt64
        }
    }

    /// Bytes; `failcnt` is how often the limit was hit.
    package struct HugeTlb: Hashable, Sendable {
        package var current: UInt64
        package var max: UInt64
        package var pagesize: String
        package var failcnt: UInt64
    }

    /// Pressure stall information: shares of time in percent, and in all in microseconds (accounting/psi.rst).
    package struct PSI: Hashable, Sendable {
        package var some: Line?
        package var full: Line?

        package struct Line: Hashable, Sendable {
            package var avg10: Double
            package var avg60: Double
            package var avg300: Double
            package var total: UInt64
        }
    }
}
