import Glibc
import OCISpec
import Testing

@testable import Cgroups

/// Version 2 against the running kernel; on a hybrid node in its tree without controllers.
@Suite(.serialized, .needsVersion2) struct Version2NodeTests {
    private func fixture() throws -> Fixture { try Fixture(try #require(Machine.version2)) }

    @Test func aProcessEntersAndItsDevicesAreThoseOfTheProgram() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pid = try fixture.spawn("exec 3</dev/zero && ! (exec 3</dev/kmsg) 2>/dev/null")
        #expect(fixture.wait(pid) == 0)
    }

    @Test func anExceptionAfterAWiderRuleHolds() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        // /dev/kmsg is 1:11; reading it is denied, all else is allowed.
        let rules = """
            {"devices": [{"allow": true, "access": "rwm"},
             {"allow": false, "type": "c", "major": 1, "minor": 11, "access": "r"}]}
            """
        try fixture.cgroup.create(try resources(rules))
        let pid = try fixture.spawn("! (exec 3</dev/kmsg) 2>/dev/null && exec 3>/dev/kmsg")
        #expect(fixture.wait(pid) == 0)
    }

    @Test func aFrozenContainerIsKilled() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pid = try fixture.sleeper()
        #expect(try fixture.cgroup.processes() == [pid])
        try fixture.cgroup.freeze()
        #expect(try fixture.cgroup.freezerState() == .frozen)
        try fixture.cgroup.thaw()
        #expect(try fixture.cgroup.freezerState() == .thawed)
        try fixture.cgroup.freeze()
        try fixture.cgroup.kill(signal: SIGKILL)
        #expect(fixture.wait(pid) == -SIGKILL)
    }

    @Test func aSignalReachesEveryProcess() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pids = try (0..<3).map { _ in try fixture.sleeper() }
        try fixture.cgroup.kill(signal: SIGTERM)
        #expect(pids.map(fixture.wait) == [-SIGTERM, -SIGTERM, -SIGTERM])
    }

    @Test func timeIsCountedEvenWithoutAController() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        try fixture.cgroup.create(nil)
        let pid = try fixture.spawn("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exec sleep 600")
        try #require(eventually { fixture.command(pid) == "sleep" })
        guard case .v2(let metrics) = try fixture.cgroup.stats() else {
            Issue.record("not version 2")
            return
        }
        #expect(metrics.cpu.usageUsec > 1000)
        #expect(metrics.cpu.usageUsec < 60_000_000)
    }

    @Test func aLimitWithoutItsControllerIsNamedAndNothingIsLeft() throws {
        let fixture = try fixture()
        defer { fixture.end() }
        // rdma is enabled nowhere without such hardware.
        let error = #expect(throws: CgroupError.self) {
            try fixture.cgroup.create(try resources(#"{"rdma": {"mlx5_0": {"hcaHandles": 1}}}"#))
        }
        #expect(error?.field?.hasPrefix("linux.resources.rdma") == true)
        #expect(!fixture.cgroup.exists)
    }
}
