import OCISpec
import Testing

@testable import Cgroups

func memoryResources(_ change: (inout MemoryResources) -> Void) -> LinuxResources {
    var resources = LinuxResources()
    var memory = MemoryResources()
    change(&memory)
    resources.memory = memory
    return resources
}

@Suite struct V1MemoryTests {
    private let limitFile = "memory.limit_in_bytes"
    private let swapFile = "memory.memsw.limit_in_bytes"

    @Test func whatIsAskedForIsWritten() throws {
        let cgroup = FakeCgroup.empty(
            limitFile, swapFile, "memory.soft_limit_in_bytes", "memory.oom_control", "memory.swappiness")
        let resources = memoryResources {
            $0.limit = 64 << 20
            $0.swap = 128 << 20
            $0.reservation = 32 << 20
            $0.swappiness = 10
            $0.disableOOMKiller = true
        }
        try V1Memory.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup[limitFile] == "67108864")
        #expect(cgroup[swapFile] == "134217728")
        #expect(cgroup["memory.soft_limit_in_bytes"] == "33554432")
        #expect(cgroup["memory.swappiness"] == "10")
        #expect(cgroup["memory.oom_control"] == "1")
    }

    @Test func raisingWritesSwapFirst() {
        // The second write fails here, so what was written is what came first.
        let cgroup = FakeCgroup([limitFile: "100"])
        cgroup.makeDirectory(swapFile)
        let resources = memoryResources {
            $0.limit = 300
            $0.swap = 400
        }
        #expect(throws: CgroupError.self) { try V1Memory.apply(resources, to: cgroup.directory, isNew: false) }
        #expect(cgroup[limitFile] == "100")
    }

    @Test func loweringWritesTheLimitFirst() {
        let cgroup = FakeCgroup([limitFile: "999"])
        cgroup.makeDirectory(swapFile)
        let resources = memoryResources {
            $0.limit = 300
            $0.swap = 400
        }
        #expect(throws: CgroupError.self) { try V1Memory.apply(resources, to: cgroup.directory, isNew: false) }
        #expect(cgroup[limitFile] == "300")
    }

    @Test func unlimitedMemoryUnlimitsSwapToo() throws {
        let cgroup = FakeCgroup([limitFile: "", swapFile: ""])
        cgroup.write("100", to: limitFile)
        try V1Memory.apply(memoryResources { $0.limit = -1 }, to: cgroup.directory, isNew: false)
        #expect(cgroup[swapFile] == "-1")
        #expect(cgroup[limitFile]?.hasPrefix("-1") == true)
    }

    @Test func withoutSwapAccountingOnlyAskingForSwapFails() throws {
        let cgroup = FakeCgroup.empty(limitFile)
        try V1Memory.apply(memoryResources { $0.limit = 100 }, to: cgroup.directory, isNew: true)
        let error = #expect(throws: CgroupError.self) {
            try V1Memory.apply(memoryResources { $0.swap = 100 }, to: cgroup.directory, isNew: true)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.field == "linux.resources.memory.swap")
    }

    @Test func lessSwapThanMemoryIsRefused() {
        let resources = memoryResources {
            $0.limit = 200
            $0.swap = 100
        }
        let error = #expect(throws: CgroupError.self) {
            try V1Memory.apply(resources, to: FakeCgroup.empty(limitFile, swapFile).directory, isNew: true)
        }
        #expect(error?.field == "linux.resources.memory.swap")
    }

    @Test func aLimitBelowWhatIsInUseIsRefusedWhenAskedToCheck() throws {
        let cgroup = FakeCgroup(["memory.usage_in_bytes": "5000\n", limitFile: ""])
        let resources = memoryResources {
            $0.limit = 4096
            $0.checkBeforeUpdate = true
        }
        let error = #expect(throws: CgroupError.self) {
            try V1Memory.apply(resources, to: cgroup.directory, isNew: false)
        }
        #expect(error?.code == .rejected)
        #expect(cgroup[limitFile] == "")
    }

    @Test func swappinessAboveOneHundredIsRefused() {
        let error = #expect(throws: CgroupError.self) {
            try V1Memory.apply(
                memoryResources { $0.swappiness = 101 }, to: FakeCgroup.empty("memory.swappiness").directory,
                isNew: true)
        }
        #expect(error?.field == "linux.resources.memory.swappiness")
    }

    @Test func kernelMemoryIsIgnoredWithAWarning() {
        let warnings = kernelMemoryWarnings(memoryResources { $0.kernel = 100 })
        #expect(warnings.map(\.field) == ["linux.resources.memory.kernel"])
        #expect(kernelMemoryWarnings(memoryResources { $0.kernel = 0 }).isEmpty)
    }

    @Test func theMetricsHoldTheWholeStatAndTheFourCounters() throws {
        let cgroup = FakeCgroup([
            "memory.stat": """
            cache 1
            rss 2
            pgpgin 7
            hierarchical_memory_limit 99
            hierarchical_memsw_limit 98
            total_cache 11
            total_inactive_file 12
            total_unevictable 13

            """,
            "memory.usage_in_bytes": "50\n", "memory.limit_in_bytes": "60\n", "memory.max_usage_in_bytes": "55\n",
            "memory.failcnt": "3\n", "memory.kmem.usage_in_bytes": "5\n", "memory.kmem.limit_in_bytes": "6\n",
            "memory.oom_control": "oom_kill_disable 1\nunder_oom 0\noom_kill 4\n",
        ])
        var metrics = V1Metrics()
        try V1Memory.collect(from: cgroup.directory, into: &metrics)
        let memory = try #require(metrics.memory)
        #expect(memory.own.cache == 1 && memory.own.rss == 2 && memory.own.pgPgIn == 7)
        #expect(memory.total.cache == 11 && memory.total.inactiveFile == 12 && memory.total.unevictable == 13)
        #expect(memory.hierarchicalMemoryLimit == 99 && memory.hierarchicalSwapLimit == 98)
        #expect(memory.usage == .init(limit: 60, usage: 50, max: 55, failcnt: 3))
        #expect(memory.swap == nil)
        #expect(memory.kernel == .init(limit: 6, usage: 5, max: 0, failcnt: 0))
        #expect(metrics.memoryOOMControl == .init(oomKillDisable: 1, underOOM: 0, oomKill: 4))
    }
}
