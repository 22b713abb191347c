internal import Glibc

/// `cpuacct`: only counts.
enum V1CPUAccounting: V1Controller {
    static let name = "cpuacct"

    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        metrics.cpu.usage.total = try directory.number("cpuacct.usage")
        metrics.cpu.usage.perCPU = try directory.read("cpuacct.usage_percpu")
            .split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
        // In clock ticks (proc(5)), unlike the others, which are in nanoseconds.
        let ticks = try directory.flatKeyed("cpuacct.stat")
        let nanoseconds = 1_000_000_000 / UInt64(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        metrics.cpu.usage.user = (ticks["user"] ?? 0) &* nanoseconds
        metrics.cpu.usage.kernel = (ticks["system"] ?? 0) &* nanoseconds
    }
}
