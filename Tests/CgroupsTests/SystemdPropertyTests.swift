import OCISpec
import Testing

@testable import Cgroups

/// Limits as properties of a systemd unit.
struct SystemdPropertyTests {
    private func limits(_ version: CgroupPlace.Version, _ change: (inout LinuxResources) -> Void) throws -> [String] {
        var resources = LinuxResources()
        change(&resources)
        return try SystemdProperties.limits(resources, version: version).map { "\($0.name)=\($0.value)" }
    }

    @Test func processorAndMemoryOfVersion2() throws {
        let found = try limits(.v2) {
            var cpu = CPUResources()
            cpu.shares = 1024
            cpu.quota = 150_000
            cpu.period = 100_000
            cpu.cpus = "0-2,9"
            $0.cpu = cpu
            var memory = MemoryResources()
            memory.limit = 1000
            memory.swap = 1500
            memory.reservation = -1
            $0.memory = memory
            $0.pids = PidsResources(limit: 5)
        }
        #expect(
            found == [
                "CPUWeight=number(39)", "CPUQuotaPerSecUSec=number(1500000)", "MemoryMax=number(1000)",
                "MemoryLow=number(\(UInt64.max))", "MemorySwapMax=number(500)", "TasksMax=number(5)",
                "AllowedCPUs=bytes([7, 2])",
            ])
    }

    @Test func processorAndMemoryOfVersion1() throws {
        let found = try limits(.v1) {
            var cpu = CPUResources()
            cpu.shares = 512
            cpu.cpus = "0"
            $0.cpu = cpu
            var memory = MemoryResources()
            memory.limit = 1000
            $0.memory = memory
        }
        #expect(found == ["CPUShares=number(512)", "MemoryLimit=number(1000)"])
    }

    /// systemd.resource-control(5) counts in steps of 10 ms.
    @Test func aQuotaIsRoundedUp() {
        #expect(SystemdProperties.quotaPerSecond(12_345, period: 100_000) == 130_000)
        #expect(SystemdProperties.quotaPerSecond(-1, period: 100_000) == .max)
    }

    @Test(arguments: ["a", "3-1", "-1", "1-2-3", "99999999"]) func aListThatIsNoneIsRefused(list: String) {
        #expect(throws: CgroupError.self) { try SystemdProperties.bits(list, field: "cpus") }
    }

    @Test func devicesAreNamedAsSystemdNamesThem() throws {
        let table = "Character devices:\n136 pts\n\nBlock devices:\n  7 loop\n"
        let properties = try SystemdProperties.devices(nil) { deviceGroup($0, $1, in: table) }
        #expect(properties.first == SystemdProperty(name: "DevicePolicy", value: .text("strict")))
        guard case .devices(let list) = properties.last?.value else {
            Issue.record("no list")
            return
        }
        #expect(list.contains(["char-*", "m"]))
        #expect(list.contains(["/dev/char/1:3", "rwm"]))
        #expect(list.contains(["char-pts", "rwm"]))
        #expect(deviceGroup("b", 7, in: table) == "loop")
        #expect(deviceGroup("c", 7, in: table) == nil)
    }

    @Test func whereEverythingIsAllowedSystemdIsToldSo() throws {
        let properties = try SystemdProperties.devices([DeviceRule(allow: true)]) { _, _ in nil }
        #expect(properties.first == SystemdProperty(name: "DevicePolicy", value: .text("auto")))
    }
}
