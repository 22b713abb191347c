internal import Cgroups
internal import ContainerdAPI
internal import SwiftProtobuf

extension CgroupV1Metrics {
    init(_ metrics: V1Metrics) {
        self.init()
        hugetlb = metrics.hugetlb.map { page in
            .with {
                $0.usage = page.usage
                $0.max = page.max
                $0.failcnt = page.failcnt
                $0.pagesize = page.pagesize
            }
        }
        if let found = metrics.pids {
            pids = .with {
                $0.current = found.current
                $0.limit = found.limit
            }
        }
        cpu = CgroupV1CPUStat(metrics.cpu)
        if let found = metrics.memory { memory = CgroupV1MemoryStat(found) }
        blkio = CgroupV1BlkIOStat(metrics.blkio)
        if let found = metrics.rdma {
            rdma = .with {
                $0.current = found.current.map(CgroupV1RdmaEntry.init)
                $0.limit = found.limit.map(CgroupV1RdmaEntry.init)
            }
        }
        if let found = metrics.memoryOOMControl {
            memoryOomControl = .with {
                $0.oomKillDisable = found.oomKillDisable
                $0.underOom = found.underOOM
                $0.oomKill = found.oomKill
            }
        }
    }
}

extension CgroupV1CPUStat {
    fileprivate init(_ cpu: V1Metrics.CPU) {
        self.init()
        usage = .with {
            $0.total = cpu.usage.total
            $0.kernel = cpu.usage.kernel
            $0.user = cpu.usage.user
            $0.perCpu = cpu.usage.perCPU
        }
        throttling = .with {
            $0.periods = cpu.throttling.periods
            $0.throttledPeriods = cpu.throttling.throttledPeriods
            $0.throttledTime = cpu.throttling.throttledTime
        }
    }
}

extension CgroupV1BlkIOStat {
    fileprivate init(_ io: V1Metrics.BlkIO) {
        self.init()
        ioServiceBytesRecursive = io.ioServiceBytesRecursive.map(CgroupV1BlkIOEntry.init)
        ioServicedRecursive = io.ioServicedRecursive.map(CgroupV1BlkIOEntry.init)
        ioQueuedRecursive = io.ioQueuedRecursive.map(CgroupV1BlkIOEntry.init)
        ioServiceTimeRecursive = io.ioServiceTimeRecursive.map(CgroupV1BlkIOEntry.init)
        ioWaitTimeRecursive = io.ioWaitTimeRecursive.map(CgroupV1BlkIOEntry.init)
        ioMergedRecursive = io.ioMergedRecursive.map(CgroupV1BlkIOEntry.init)
        ioTimeRecursive = io.ioTimeRecursive.map(CgroupV1BlkIOEntry.init)
        sectorsRecursive = io.sectorsRecursive.map(CgroupV1BlkIOEntry.init)
    }
}

extension CgroupV1BlkIOEntry {
    fileprivate init(_ entry: V1Metrics.BlkIO.Entry) {
        self.init()
        op = entry.op
        device = entry.device
        major = entry.major
        minor = entry.minor
        value = entry.value
    }
}

extension CgroupV1RdmaEntry {
    fileprivate init(_ entry: RDMAMetrics.Entry) {
        self.init()
        device = entry.device
        hcaHandles = entry.hcaHandles
        hcaObjects = entry.hcaObjects
    }
}
