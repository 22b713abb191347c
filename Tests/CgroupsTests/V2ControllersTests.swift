import FoundationEssentials
import Glibc
import OCISpec
import SystemPackage
import Testing

@testable import Cgroups

@Suite struct V2ControllersTests {
    private func cpu(_ change: (inout CPUResources) -> Void) -> LinuxResources {
        var resources = LinuxResources()
        var cpu = CPUResources()
        change(&cpu)
        resources.cpu = cpu
        return resources
    }

    @Test(arguments: [(2, 1), (1024, 39), (262_144, 10_000), (1, 1), (999_999, 10_000)] as [(UInt64, UInt64)])
    func sharesBecomeAWeight(shares: UInt64, weight: UInt64) {
        #expect(V2CPU.weight(fromShares: shares) == weight)
    }

    @Test(
        arguments: [
            (50_000, 200_000, "50000 200000"), (50_000, nil, "50000"), (-1, nil, "max"), (nil, 200_000, "70000 200000"),
        ] as [(Int64?, UInt64?, String)])
    func quotaAndPeriodShareAFile(quota: Int64?, period: UInt64?, text: String) throws {
        let cgroup = FakeCgroup(["cpu.max": quota == nil ? "70000 100000\n" : ""])
        let resources = cpu {
            $0.quota = quota
            $0.period = period
        }
        try V2CPU.apply(resources, to: cgroup.directory, isNew: false)
        #expect(cgroup["cpu.max"]?.hasPrefix(text) == true)
    }

    @Test func weightBurstAndIdleAreWritten() throws {
        let cgroup = FakeCgroup.empty("cpu.weight", "cpu.max", "cpu.max.burst", "cpu.idle")
        let resources = cpu {
            $0.shares = 1024
            $0.burst = 1000
        }
        try V2CPU.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["cpu.weight"] == "39")
        #expect(cgroup["cpu.max.burst"] == "1000")
        #expect(cgroup["cpu.max"] == "")
        try V2CPU.apply(cpu { $0.idle = 1 }, to: cgroup.directory, isNew: true)
        #expect(cgroup["cpu.idle"] == "1")
    }

    @Test func cpuTimeIsInMicroseconds() throws {
        let cgroup = FakeCgroup([
            "cpu.stat":
                "usage_usec 100\nuser_usec 60\nsystem_usec 40\nnr_periods 5\nnr_throttled 2\nthrottled_usec 9\n",
            "cpu.pressure": "some avg10=1.50 avg60=0.25 avg300=0.00 total=1234\n",
        ])
        var metrics = V2Metrics()
        try V2CPU.collect(from: cgroup.directory, into: &metrics)
        #expect(
            metrics.cpu
                == .init(
                    usageUsec: 100, userUsec: 60, systemUsec: 40, nrPeriods: 5, nrThrottled: 2, throttledUsec: 9,
                    psi: .init(some: .init(avg10: 1.5, avg60: 0.25, avg300: 0, total: 1234))))
    }

    @Test func aPressureFileThatIsNoneIsAnError() {
        let cgroup = FakeCgroup(["cpu.pressure": "some avg10=x\n"])
        #expect(throws: CgroupError.self) { try cgroup.directory.pressure("cpu.pressure") }
    }

    @Test(
        arguments: [
            (100, 150, 50), (100, 100, 0), (100, -1, -1), (-1, nil, -1), (100, nil, nil), (-1, 150, 150),
            (nil, nil, nil),
        ] as [(Int64?, Int64?, Int64?)])
    func swapIsCountedByItself(limit: Int64?, swap: Int64?, alone: Int64?) throws {
        var memory = MemoryResources()
        memory.limit = limit
        memory.swap = swap
        #expect(try V2Memory.swapOnly(memory) == alone)
    }

    @Test func swapWithoutALimitIsRefused() {
        var memory = MemoryResources()
        memory.swap = 100
        #expect(throws: CgroupError.self) { try V2Memory.swapOnly(memory) }
    }

    @Test func memoryIsLimited() throws {
        let cgroup = FakeCgroup.empty("memory.max", "memory.swap.max", "memory.low")
        let resources = memoryResources {
            $0.limit = 100
            $0.swap = 130
            $0.reservation = 50
        }
        try V2Memory.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["memory.max"] == "100")
        #expect(cgroup["memory.swap.max"] == "30")
        #expect(cgroup["memory.low"] == "50")
    }

    @Test func withoutSwapInTheKernelForbiddingItIsMoot() throws {
        let cgroup = FakeCgroup.empty("memory.max")
        func apply(_ swap: Int64) throws {
            let resources = memoryResources {
                $0.limit = 100
                $0.swap = swap
            }
            try V2Memory.apply(resources, to: cgroup.directory, isNew: true)
        }
        try apply(100)
        try apply(-1)
        #expect(throws: CgroupError.self) { try apply(150) }
    }

    @Test func memoryAndItsEventsAreCounted() throws {
        let cgroup = FakeCgroup([
            "memory.current": "10\n", "memory.max": "max\n", "memory.peak": "12\n", "memory.swap.current": "1\n",
            "memory.swap.max": "5\n",
            "memory.stat":
                "anon 3\nfile 4\nworkingset_refault_anon 1\nworkingset_refault_file 2\nthp_collapse_alloc 9\n",
            "memory.events": "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 0\n",
        ])
        var metrics = V2Metrics()
        try V2Memory.collect(from: cgroup.directory, into: &metrics)
        let memory = try #require(metrics.memory)
        #expect(memory.usage == 10 && memory.usageLimit == .max && memory.maxUsage == 12)
        #expect(memory.swapUsage == 1 && memory.swapLimit == 5)
        #expect(memory.anon == 3 && memory.file == 4 && memory.workingsetRefault == 3 && memory.thpCollapseAlloc == 9)
        #expect(metrics.memoryEvents == .init(low: 1, high: 2, max: 3, oom: 4, oomKill: 5))
    }

    @Test func aControllerThatIsNotEnabledIsNotCounted() throws {
        var metrics = V2Metrics()
        let cgroup = FakeCgroup()
        for controller in V2Controllers.all where controller.name != "cpu" {
            try controller.collect(from: cgroup.directory, into: &metrics)
        }
        #expect(metrics == V2Metrics())
    }

    @Test func blockWeightsAreConvertedUnlessBFQIsThere() throws {
        #expect([10, 500, 1000].map(V2IO.weight(fromBlockIO:)) == [1, 4950, 10_000])
        let plain = FakeCgroup.empty("io.weight", "io.max")
        try V2IO.apply(try V1BlockIOTests.resources(), to: plain.directory, isNew: true)
        #expect(plain["io.weight"]?.hasPrefix("8:0 910") == true, "the device's weight is written after the default's")
        let bfq = FakeCgroup.empty("io.bfq.weight", "io.max")
        var weightOnly = try V1BlockIOTests.resources()
        weightOnly.blockIO?.weightDevice = nil
        try V2IO.apply(weightOnly, to: bfq.directory, isNew: true)
        #expect(bfq["io.bfq.weight"] == "500")
    }

    @Test func throttlesAreKeysOfOneFile() throws {
        for (field, key) in [
            ("throttleReadBpsDevice", "rbps"), ("throttleWriteBpsDevice", "wbps"), ("throttleReadIOPSDevice", "riops"),
            ("throttleWriteIOPSDevice", "wiops"),
        ] {
            let cgroup = FakeCgroup.empty("io.max")
            for (rate, text) in [(7, "7"), (0, "max")] {
                cgroup.write("", to: "io.max")
                let json = #"{"blockIO":{"\#(field)":[{"major":8,"minor":16,"rate":\#(rate)}]}}"#
                let resources = try decodeJSON(LinuxResources.self, from: Data(json.utf8), file: nil)
                try V2IO.apply(resources, to: cgroup.directory, isNew: true)
                #expect(cgroup["io.max"] == "8:16 \(key)=\(text)")
                #expect(V2IO.requestedField(in: resources) == "linux.resources.blockIO.\(field)")
            }
        }
    }

    @Test func ioIsCountedByDevice() throws {
        let cgroup = FakeCgroup([
            "io.stat": "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n254:0 \n"
        ])
        var metrics = V2Metrics()
        try V2IO.collect(from: cgroup.directory, into: &metrics)
        #expect(metrics.io.usage == [.init(major: 8, minor: 0, rbytes: 1, wbytes: 2, rios: 3, wios: 4)])
    }

    @Test func hugePagesAreLimitedAndCounted() throws {
        let cgroup = FakeCgroup([
            "hugetlb.2MB.max": "", "hugetlb.2MB.current": "5\n", "hugetlb.2MB.events": "max 6\n",
            "hugetlb.2MB.rsvd.current": "0\n",
        ])
        let json = #"{"hugepageLimits":[{"pageSize":"2MB","limit":4096}]}"#
        let resources = try decodeJSON(LinuxResources.self, from: Data(json.utf8), file: nil)
        try V2Hugetlb.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["hugetlb.2MB.max"] == "4096")
        var metrics = V2Metrics()
        try V2Hugetlb.collect(from: cgroup.directory, into: &metrics)
        #expect(metrics.hugetlb == [.init(current: 5, max: 4096, pagesize: "2MB", failcnt: 6)])
    }

    @Test func unifiedFilesAreWrittenLineByLine() throws {
        let cgroup = FakeCgroup.empty("memory.high", "io.max")
        var resources = LinuxResources()
        resources.unified = ["memory.high": "1000", "io.max": "8:0 rbps=1\n8:16 rbps=2\n"]
        try V2Unified.apply(resources, to: cgroup.directory, available: ["memory", "io"])
        #expect(cgroup["memory.high"] == "1000\n")
        #expect(cgroup["io.max"] == "8:0 rbps=1\n8:16 rbps=2\n")
    }

    @Test(arguments: ["../memory.high", "a/b.c", "memory", "cgroup.procs", "cgroup.kill", ".."])
    func aUnifiedNameThatIsNoLimitsFileIsRefused(name: String) {
        var resources = LinuxResources()
        resources.unified = [name: "1"]
        let error = #expect(throws: CgroupError.self) {
            try V2Unified.apply(resources, to: FakeCgroup().directory, available: ["memory"])
        }
        #expect(error?.code == .invalid)
        #expect(error?.field == "linux.resources.unified[\"\(name)\"]")
    }

    @Test func aUnifiedFileOfAControllerThatIsNotEnabledIsNamed() {
        var resources = LinuxResources()
        resources.unified = ["rdma.max": "x"]
        let error = #expect(throws: CgroupError.self) {
            try V2Unified.apply(resources, to: FakeCgroup().directory, available: ["memory"])
        }
        #expect(error?.code == .noController)
    }

    @Test func whatVersionTwoHasNothingForIsRefusedOrWarnedOf() throws {
        #expect(throws: CgroupError.self) { try V2Controllers.refuseWhatIsGone(cpu { $0.realtimeRuntime = 5 }) }
        let resources = memoryResources {
            $0.swappiness = 5
            $0.disableOOMKiller = true
        }
        try V2Controllers.refuseWhatIsGone(resources)
        #expect(
            V2Controllers.warnings(resources).map(\.field) == [
                "linux.resources.memory.swappiness", "linux.resources.memory.disableOOMKiller",
            ])
    }

    @Test func freezingIsOverWhenTheEventsSaySo() throws {
        let cgroup = FakeCgroup(["cgroup.freeze": "", "cgroup.events": "populated 1\nfrozen 1\n"])
        try V2Freezer.freeze(cgroup.directory)
        #expect(cgroup["cgroup.freeze"] == "1")
        #expect(try V2Freezer.state(of: cgroup.directory) == .frozen)
    }

    @Test func aFreezeThatDoesNotComeIsTakenBack() {
        let cgroup = FakeCgroup(["cgroup.freeze": "", "cgroup.events": "populated 1\nfrozen 0\n"])
        let error = #expect(throws: CgroupError.self) { try V2Freezer.freeze(cgroup.directory, milliseconds: 1) }
        #expect(error?.code == .timedOut)
        #expect(cgroup["cgroup.freeze"] == "0")
    }

    @Test func thawingWhereNothingCanFreezeIsNothing() throws {
        try V2Freezer.thaw(FakeCgroup().directory)
    }

    @Test func anOOMKillIsAnsweredForOnce() throws {
        let cgroup = FakeCgroup(["memory.events": "oom 0\noom_kill 1\n"])
        let watcher = try OOMWatcher(v2: cgroup.directory)
        #expect(!watcher.didOOM(), "what was before does not count")
        cgroup.write("oom 1\noom_kill 2\n", to: "memory.events")
        #expect(watcher.didOOM())
        #expect(!watcher.didOOM())
        cgroup.write("oom 2\noom_kill 2\n", to: "memory.events")
        #expect(!watcher.didOOM(), "an event without a kill")
    }

    /// systemd removes a scope as soon as its last process has ended.
    @Test(arguments: [true, false]) func theCgroupAboveAnswersForOneThatIsGone(wasKilled: Bool) throws {
        let pod = FakeCgroup(["memory.events": "oom_kill 3\n", "c1/memory.events": "oom_kill 0\n"])
        let watcher = try OOMWatcher(v2: CgroupDirectory(path: "\(pod.path)/c1"))
        // Of another container of the pod, while this one lives.
        pod.write("oom_kill 4\n", to: "memory.events")
        #expect(!watcher.didOOM(wasKilled: wasKilled))
        pod.write("oom_kill 5\n", to: "memory.events")
        unlink("\(pod.path)/c1/memory.events")
        #expect(watcher.didOOM(wasKilled: wasKilled) == wasKilled)
        #expect(!watcher.didOOM(wasKilled: wasKilled))
    }
}
