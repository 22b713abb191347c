internal import Cgroups
internal import ContainerdAPI
internal import SwiftProtobuf

extension CgroupV2Metrics {
    init(_ metrics: V2Metrics) {
        self.init()
        if let found = metrics.pids {
            pids = .with {
                $0.current = found.current
                $0.limit = found.limit
            }
        }
        cpu = CgroupV2CPUStat(metrics.cpu)
        if let found = metrics.memory { memory = CgroupV2MemoryStat(found) }
        if let found = metrics.rdma {
            rdma = .with {
                $0.current = found.current.map(CgroupV2RdmaEntry.init)
                $0.limit = found.limit.map(CgroupV2RdmaEntry.init)
            }
        }
        io = CgroupV2IOStat(metrics.io)
        hugetlb = metrics.hugetlb.map { page in
            .with {
                $0.current = page.current
                $0.max = page.max
                $0.pagesize = page.pagesize
                $0.failcnt = page.failcnt
            }
        }
        if let found = metrics.memoryEvents {
            memoryEvents = .with {
                $0.low = found.low
                $0.high = found.high
                $0.max = found.max
                $0.oom = found.oom
                $0.oomKill = found.oomKill
            }
        }
    }
}

extension CgroupV2CPUStat {
    fileprivate init(_ cpu: V2Metrics.CPU) {
        self.init()
        usageUsec = cpu.usageUsec
        userUsec = cpu.userUsec
        systemUsec = cpu.systemUsec
        nrPeriods = cpu.nrPeriods
        nrThrottled = cpu.nrThrottled
        throttledUsec = cpu.throttledUsec
        if let pressure = cpu.psi { psi = CgroupV2PSIStats(pressure) }
    }
}

extension CgroupV2IOStat {
    fileprivate init(_ io: V2Metrics.IO) {
        self.init()
        usage = io.usage.map { entry in
            .with {
                $0.major = entry.major
                $0.minor = entry.minor
                $0.rbytes = entry.rbytes
                $0.wbytes = entry.wbytes
                $0.rios = entry.rios
                $0.wios = entry.wios
            }
        }
        if let pressure = io.psi { psi = CgroupV2PSIStats(pressure) }
    }
}

extension CgroupV2PSIStats {
    init(_ pressure: V2Metrics.PSI) {
        self.init()
        if let line = pressure.some { some = CgroupV2PSIData(line) }
        if let line = pressure.full { full = CgroupV2PSIData(line) }
    }
}

extension CgroupV2PSIData {
    fileprivate init(_ line: V2Metrics.PSI.Line) {
        self.init()
        avg10 = line.avg10
        avg60 = line.avg60
        avg300 = line.avg300
        total = line.total
    }
}

extension CgroupV2RdmaEntry {
    fileprivate init(_ entry: RDMAMetrics.Entry) {
        self.init()
        device = entry.device
        hcaHandles = entry.hcaHandles
        hcaObjects = entry.hcaObjects
    }
}
