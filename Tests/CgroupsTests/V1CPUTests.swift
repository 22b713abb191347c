import OCISpec
import SystemPackage
import Testing

@testable import Cgroups

@Suite struct V1CPUTests {
    private func resources(_ change: (inout CPUResources) -> Void) -> LinuxResources {
        var resources = LinuxResources()
        var cpu = CPUResources()
        change(&cpu)
        resources.cpu = cpu
        return resources
    }

    @Test func whatIsAskedForIsWritten() throws {
        let cgroup = FakeCgroup.empty(
            "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.cfs_burst_us", "cpu.rt_period_us",
            "cpu.rt_runtime_us", "cpu.idle")
        let resources = resources {
            $0.shares = 512
            $0.quota = 50_000
            $0.period = 100_000
            $0.burst = 20_000
            $0.realtimePeriod = 1_000_000
            $0.realtimeRuntime = 950_000
        }
        try V1CPU.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["cpu.shares"] == "512")
        #expect(cgroup["cpu.cfs_quota_us"] == "50000")
        #expect(cgroup["cpu.cfs_period_us"] == "100000")
        #expect(cgroup["cpu.cfs_burst_us"] == "20000")
        #expect(cgroup["cpu.rt_period_us"] == "1000000")
        #expect(cgroup["cpu.rt_runtime_us"] == "950000")
        #expect(cgroup["cpu.idle"] == "")
    }

    @Test func zeroIsNotSet() throws {
        // No file is there: a write would fail.
        let resources = resources {
            $0.shares = 0
            $0.quota = 0
            $0.period = 0
            $0.burst = 0
        }
        try V1CPU.apply(resources, to: FakeCgroup().directory, isNew: true)
        #expect(V1CPU.requestedField(in: resources) == nil)
    }

    @Test func aNegativeQuotaIsUnlimited() throws {
        let cgroup = FakeCgroup.empty("cpu.cfs_quota_us")
        try V1CPU.apply(resources { $0.quota = -5 }, to: cgroup.directory, isNew: false)
        #expect(cgroup["cpu.cfs_quota_us"] == "-1")
    }

    @Test(arguments: [1, 262_145] as [UInt64])
    func sharesThatTheKernelWouldClampAreRefused(shares: UInt64) {
        let error = #expect(throws: CgroupError.self) {
            try V1CPU.apply(resources { $0.shares = shares }, to: FakeCgroup.empty("cpu.shares").directory, isNew: true)
        }
        #expect(error?.field == "linux.resources.cpu.shares")
    }

    @Test func anIdleGroupsSharesAreLeftAlone() throws {
        let cgroup = FakeCgroup.empty("cpu.shares", "cpu.idle")
        let resources = resources {
            $0.idle = 1
            $0.shares = 512
        }
        try V1CPU.apply(resources, to: cgroup.directory, isNew: false)
        #expect(cgroup["cpu.idle"] == "1")
        #expect(cgroup["cpu.shares"] == "")
    }

    @Test func aRefusalNamesFieldFileValueAndErrno() {
        let cgroup = FakeCgroup()
        let error = #expect(throws: CgroupError.self) {
            try V1CPU.apply(resources { $0.quota = 50_000 }, to: cgroup.directory, isNew: true)
        }
        #expect(error?.field == "linux.resources.cpu.quota")
        #expect(error?.errno == .noSuchFileOrDirectory)
        #expect(error?.description.contains("\(cgroup.path)/cpu.cfs_quota_us") == true)
        #expect(error?.description.contains("50000") == true)
    }

    @Test func throttlingIsCounted() throws {
        let cgroup = FakeCgroup(["cpu.stat": "nr_periods 10\nnr_throttled 3\nthrottled_time 4500\nnr_bursts 0\n"])
        var metrics = V1Metrics()
        try V1CPU.collect(from: cgroup.directory, into: &metrics)
        #expect(metrics.cpu.throttling == .init(periods: 10, throttledPeriods: 3, throttledTime: 4500))
    }

    @Test func timeIsInNanoseconds() throws {
        let cgroup = FakeCgroup([
            "cpuacct.usage": "123456789\n", "cpuacct.usage_percpu": "100000000 23456789 \n",
            "cpuacct.stat": "user 7\nsystem 5\n",
        ])
        var metrics = V1Metrics()
        try V1CPUAccounting.collect(from: cgroup.directory, into: &metrics)
        #expect(
            metrics.cpu.usage
                == .init(total: 123_456_789, kernel: 50_000_000, user: 70_000_000, perCPU: [100_000_000, 23_456_789]))
    }
}
