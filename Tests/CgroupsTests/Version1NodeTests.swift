import Glibc
import OCISpec
import Testing

@testable import Cgroups

/// Version 1 against the running kernel.
@Suite(.serialized, .needsVersion1) struct Version1NodeTests {
    private func fixture() throws -> Fixture { try Fixture(try #require(Machine.node)) }

    private let limits = """
        {"memory": {"limit": 67108864, "swap": 67108864, "swappiness": 10},
         "cpu": {"shares": 512, "quota": 50000, "period": 100000}, "pids": {"limit": 20},
         "devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]}
        """

    @Test func limitsAreInForceAndAProcessEntersEveryHierarchy() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(try resources(limits))
        #expect(fixture.read("memory", "memory.limit_in_bytes") == "67108864")
        #expect(fixture.read("memory", "memory.memsw.limit_in_bytes") == "67108864")
        #expect(fixture.read("memory", "memory.swappiness") == "10")
        #expect(fixture.read("cpu", "cpu.shares") == "512")
        #expect(fixture.read("cpu", "cpu.cfs_quota_us") == "50000")
        #expect(fixture.read("pids", "pids.max") == "20")
        #expect(try fixture.cgroup.memoryLimit() == 67_108_864)
        let list = fixture.read("devices", "devices.list")?.split(separator: "\n") ?? []
        #expect(list.contains("c 10:229 rw"))
        #expect(list.contains("c 1:3 rwm"))
        #expect(!list.contains("a *:* rwm"))

        let pid = try fixture.sleeper()
        for file in fixture.cgroup.entryFiles {
            guard case .success(let text) = readFile(file) else {
                Issue.record("\(file) can't be read")
                continue
            }
            #expect(trimmed(text) == "\(pid)", "\(file)")
        }
        #expect(try fixture.cgroup.processes() == [pid])
    }

    @Test func aDeviceThatIsNotAllowedCanNotBeOpened() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pid = try fixture.spawn("exec 3</dev/zero && ! (exec 3</dev/kmsg) 2>/dev/null")
        #expect(fixture.wait(pid) == 0)
    }

    @Test func limitsAreUpdatedInWhicheverDirection() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(try resources(limits))
        for megabytes in [200, 20, 150] as [Int64] {
            let bytes = megabytes << 20
            try fixture.cgroup.update(
                try resources(
                    """
                    {"memory": {"limit": \(bytes), "swap": \(bytes)},
                     "cpu": {"quota": \(megabytes * 100), "period": \(megabytes * 1000)}, "pids": {"limit": \(megabytes)}}
                    """))
            #expect(fixture.read("memory", "memory.limit_in_bytes") == "\(bytes)")
            #expect(fixture.read("memory", "memory.memsw.limit_in_bytes") == "\(bytes)")
            #expect(fixture.read("cpu", "cpu.cfs_quota_us") == "\(megabytes * 100)")
            #expect(fixture.read("cpu", "cpu.cfs_period_us") == "\(megabytes * 1000)")
            #expect(fixture.read("pids", "pids.max") == "\(megabytes)")
        }
        try fixture.cgroup.update(try resources(#"{"memory": {"limit": -1}}"#))
        #expect(try fixture.cgroup.memoryLimit() ?? .max > 150 << 20)
    }

    @Test func aShorterPeriodWaitsForItsQuota() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(try resources(#"{"cpu": {"quota": 50000, "period": 100000}}"#))
        // Below a parent that grants half a CPU, 50000 in 10000 would be too much: the period alone is refused.
        let child = try #require(fixture.place.directories.first { $0.controllers.contains("cpu") })
        let nested = CgroupDirectory(path: child.path + "/nested")
        guard case .success(true) = nested.make() else {
            Issue.record("no nested cgroup")
            return
        }
        try V1CPU.apply(try resources(#"{"cpu": {"quota": 50000, "period": 100000}}"#), to: nested, isNew: true)
        try V1CPU.apply(try resources(#"{"cpu": {"quota": 4000, "period": 10000}}"#), to: nested, isNew: false)
        #expect(try nested.number("cpu.cfs_period_us") == 10000)
        #expect(try nested.number("cpu.cfs_quota_us") == 4000)
    }

    @Test func anUnreasonableValueNamesFileValueAndErrno() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        let error = #expect(throws: CgroupError.self) {
            try fixture.cgroup.create(try resources(#"{"cpu": {"cpus": "4000"}}"#))
        }
        #expect(error?.field == "linux.resources.cpu.cpus")
        #expect(error?.errno != nil)
        #expect(error?.description.contains("cpuset.cpus") == true)
        #expect(!fixture.cgroup.exists, "what was made is removed")
    }

    @Test func aFrozenContainerIsKilled() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pid = try fixture.sleeper()
        try fixture.cgroup.freeze()
        #expect(try fixture.cgroup.freezerState() == .frozen)
        try fixture.cgroup.thaw()
        #expect(try fixture.cgroup.freezerState() == .thawed)
        try fixture.cgroup.freeze()
        try fixture.cgroup.kill(signal: SIGKILL)
        #expect(fixture.wait(pid) == -SIGKILL)
        #expect(try fixture.cgroup.freezerState() == .thawed)
        try fixture.cgroup.remove()
        #expect(!fixture.cgroup.exists)
    }

    @Test func aSignalReachesEveryProcess() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pids = try (0..<3).map { _ in try fixture.sleeper() }
        try fixture.cgroup.kill(signal: SIGTERM)
        #expect(pids.map(fixture.wait) == [-SIGTERM, -SIGTERM, -SIGTERM])
    }

    @Test func theCountersAreTheKernels() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(try resources(limits))
        let pid = try fixture.spawn("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exec sleep 600")
        try #require(eventually { fixture.command(pid) == "sleep" })
        guard case .v1(let metrics) = try fixture.cgroup.stats() else {
            Issue.record("not version 1")
            return
        }
        #expect(metrics.pids == .init(current: 1, limit: 20))
        #expect(metrics.memory?.usage?.limit == 67_108_864)
        #expect((metrics.memory?.usage?.usage ?? 0) > 0)
        #expect(metrics.memory?.hierarchicalMemoryLimit == 67_108_864)
        // The shell's loop takes milliseconds: a thousand times less would be the wrong unit.
        #expect(metrics.cpu.usage.total > 1_000_000)
        #expect(metrics.cpu.usage.total < 60_000_000_000)
        #expect(!metrics.cpu.usage.perCPU.isEmpty)
        #expect(metrics.memoryOOMControl == .init(oomKillDisable: 0, underOOM: 0, oomKill: 0))
    }

    @Test func aProcessThatTakesTooMuchIsReported() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(try resources(#"{"memory": {"limit": 16777216, "swap": 16777216}}"#))
        let watcher = try fixture.cgroup.oomWatcher()
        #expect(!watcher.didOOM())
        // A string that doubles, in a shell.
        let pid = try fixture.spawn("x=0123456789; while :; do x=$x$x; done")
        var entry = pollfd(fd: watcher.fileDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 10_000) == 1)
        #expect(fixture.wait(pid) == -SIGKILL)
        #expect(watcher.didOOM())
        #expect(!watcher.didOOM())
    }

    @Test func theRemovalOfACgroupIsNoOOM() throws {
        let fixture = try fixture()
        try fixture.cgroup.create(nil)
        let watcher = try fixture.cgroup.oomWatcher()
        fixture.end()
        var entry = pollfd(fd: watcher.fileDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 5000) == 1, "the kernel wakes the watcher")
        #expect(!watcher.didOOM())
    }

    @Test func removalGoesDownAndSaysWhoIsInTheWay() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        for entry in fixture.place.directories { _ = CgroupDirectory(path: entry.path + "/nested").make() }
        let pid = try fixture.sleeper()
        let error = #expect(throws: CgroupError.self) { try fixture.cgroup.remove() }
        #expect(error?.code == .inUse)
        #expect(error?.description.contains("\(pid)") == true)
        try fixture.cgroup.kill(signal: SIGKILL)
        #expect(fixture.wait(pid) == -SIGKILL)
        try fixture.cgroup.remove()
        #expect(!fixture.cgroup.exists)
        try fixture.cgroup.remove()
    }

    @Test func aCgroupThatWasLeftBehindIsTakenOver() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        for entry in fixture.place.directories { _ = CgroupDirectory(path: entry.path + "/nested").make() }
        try fixture.cgroup.freeze()
        try fixture.place.open().create(try resources(#"{"devices": [{"allow": true}], "memory": {"limit": 8388608}}"#))
        #expect(fixture.read("devices", "devices.list") == "a *:* rwm")
        #expect(try fixture.cgroup.freezerState() == .thawed)
        #expect(try fixture.cgroup.memoryLimit() == 8_388_608)
    }

    @Test func aSecondContainerIsNotLetIntoTheSameCgroup() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        _ = try fixture.sleeper()
        let error = #expect(throws: CgroupError.self) { try fixture.place.open().create(nil) }
        #expect(error?.code == .inUse)
        #expect(fixture.cgroup.exists)
    }
}
