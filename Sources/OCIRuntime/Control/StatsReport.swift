internal import Cgroups

/// What a container used, in the shape in which `runc events` tells it.
package struct StatsReport: Encodable, Hashable, Sendable {
    package var cpu = CPU()
    package var memory = Memory()
    package var pids = Pids()
    package var blkio = BlockIO()

    package struct CPU: Encodable, Hashable, Sendable {
        package var usage = Usage()
        package var throttling = Throttling()

        /// Nanoseconds.
        package struct Usage: Encodable, Hashable, Sendable {
            package var total: UInt64 = 0
            package var percpu: [UInt64] = []
            package var kernel: UInt64 = 0
            package var user: UInt64 = 0
        }

        package struct Throttling: Encodable, Hashable, Sendable {
            package var periods: UInt64 = 0
            package var throttledPeriods: UInt64 = 0
            /// Nanoseconds.
            package var throttledTime: UInt64 = 0
        }
    }

    package struct Memory: Encodable, Hashable, Sendable {
        package var usage = Entry()
        package var swap = Entry()

        /// Bytes. No limit is the largest number.
        package struct Entry: Encodable, Hashable, Sendable {
            package var limit: UInt64 = 0
            package var usage: UInt64 = 0
            package var max: UInt64 = 0
            package var failcnt: UInt64 = 0
        }
    }

    package struct Pids: Encodable, Hashable, Sendable {
        package var current: UInt64 = 0
        package var limit: UInt64 = 0
    }

    package struct BlockIO: Encodable, Hashable, Sendable {
        package var ioServiceBytesRecursive: [Entry] = []

        package struct Entry: Encodable, Hashable, Sendable {
            package var major: UInt64
            package var minor: UInt64
            package var op: String
            package var value: UInt64
        }
    }

    init(_ stats: CgroupStats) {
        switch stats {
        case .v1(let metrics): read(metrics)
        case .v2(let metrics): read(metrics)
        }
    }

    private mutating func read(_ metrics: V1Metrics) {
        cpu.usage = CPU.Usage(
            total: metrics.cpu.usage.total, percpu: metrics.cpu.usage.perCPU, kernel: metrics.cpu.usage.kernel,
            user: metrics.cpu.usage.user)
        cpu.throttling = CPU.Throttling(
            periods: metrics.cpu.throttling.periods, throttledPeriods: metrics.cpu.throttling.throttledPeriods,
            throttledTime: metrics.cpu.throttling.throttledTime)
        if let found = metrics.memory?.usage { memory.usage = Memory.Entry(found) }
        if let found = metrics.memory?.swap { memory.swap = Memory.Entry(found) }
        pids = Pids(current: metrics.pids?.current ?? 0, limit: metrics.pids?.limit ?? 0)
        blkio.ioServiceBytesRecursive = metrics.blkio.ioServiceBytesRecursive.map {
            BlockIO.Entry(major: $0.major, minor: $0.minor, op: $0.op, value: $0.value)
        }
    }

    private mutating func read(_ metrics: V2Metrics) {
        cpu.usage.total = metrics.cpu.usageUsec * 1000
        cpu.usage.kernel = metrics.cpu.systemUsec * 1000
        cpu.usage.user = metrics.cpu.userUsec * 1000
        cpu.throttling = CPU.Throttling(
            periods: metrics.cpu.nrPeriods, throttledPeriods: metrics.cpu.nrThrottled,
            throttledTime: metrics.cpu.throttledUsec * 1000)
        if let found = metrics.memory {
            memory.usage.usage = found.usage
            memory.usage.limit = found.usageLimit
            memory.swap.usage = found.swapUsage
            memory.swap.limit = found.swapLimit
        }
        memory.usage.failcnt = metrics.memoryEvents?.max ?? 0
        pids = Pids(current: metrics.pids?.current ?? 0, limit: metrics.pids?.limit ?? 0)
        blkio.ioServiceBytesRecursive = metrics.io.usage.flatMap { entry in
            [("read", entry.rbytes), ("write", entry.wbytes)].map {
                BlockIO.Entry(major: entry.major, minor: entry.minor, op: $0.0, value: $0.1)
            }
        }
    }
}

extension StatsReport.Memory.Entry {
    fileprivate init(_ entry: V1Metrics.Memory.Entry) {
        self.init(limit: entry.limit, usage: entry.usage, max: entry.max, failcnt: entry.failcnt)
    }
}
