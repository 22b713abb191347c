import OCISpec
import Testing

@testable import Cgroups

@Suite struct DevicePolicyTests {
    private func exceptions(_ rules: [DeviceRule]?) throws -> DeviceExceptions {
        try DeviceExceptions(try DevicePolicy(rules))
    }

    private let common = [
        "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:8 rwm", "c 1:7 rwm", "c 5:0 rwm", "c 1:5 rwm", "c 1:9 rwm",
        "c 136:* rwm", "c 5:2 rwm",
    ]

    @Test func withoutRulesOnlyTheCommonDevicesAreAllowed() throws {
        let writes = try exceptions(nil).writes(isNew: true)
        #expect(writes.map(\.file) == ["devices.deny", "devices.allow"])
        #expect(writes.map(\.values) == [["a"], common])
    }

    @Test func theSpecificationsRulesComeFirstAndDoublesAreMerged() throws {
        let writes = try exceptions([
            DeviceRule(allow: false, access: "rwm"),
            DeviceRule(allow: true, type: "c", major: 10, minor: 229, access: "r"),
            DeviceRule(allow: true, type: "c", major: 10, minor: 229, access: "w"),
            DeviceRule(allow: true, type: "c", major: 1, minor: 3, access: "rw"),
        ]).writes(isNew: true)
        #expect(writes[1].values == ["c 10:229 rw", "c 1:3 rwm"] + common.filter { $0 != "c 1:3 rwm" })
    }

    @Test func aPrivilegedContainersListIsLeftAsTheParents() throws {
        let all = try exceptions([DeviceRule(allow: false), DeviceRule(allow: true)])
        #expect(all.writes(isNew: true).isEmpty)
        #expect(all.writes(isNew: false).map(\.values) == [["a"]])
    }

    @Test func whatIsDeniedAfterAllowingAllIsAnException() throws {
        let writes = try exceptions([
            DeviceRule(allow: true), DeviceRule(allow: false, type: "b", major: 8, access: "rw"),
        ]).writes(isNew: true)
        #expect(writes.map(\.file) == ["devices.deny"])
        #expect(writes[0].values == ["b 8:* rw"])
    }

    @Test func whatIsTakenBackExactlyIsGone() throws {
        let writes = try exceptions([
            DeviceRule(allow: true, type: "b", major: 8, minor: 1, access: "rwm"),
            DeviceRule(allow: false, type: "b", major: 8, minor: 1, access: "w"),
        ]).writes(isNew: true)
        #expect(writes[1].values.first == "b 8:1 rm")
    }

    @Test func aHoleInAWiderRuleIsRefusedOnVersionOne() {
        let error = #expect(throws: CgroupError.self) {
            try exceptions([
                DeviceRule(allow: true, type: "b", major: 8, access: "rw"),
                DeviceRule(allow: false, type: "b", major: 8, minor: 1, access: "w"),
            ])
        }
        #expect(error?.code == .unsupported)
        #expect(error?.field == "linux.resources.devices[1]")
    }

    @Test func allWithSomeAccessesIsBothKinds() throws {
        let writes = try exceptions([DeviceRule(allow: true, type: "a", access: "r")]).writes(isNew: true)
        #expect(writes[1].values.prefix(2) == ["c *:* rm", "b *:* rm"])
    }

    @Test(arguments: [
        (DeviceRule(allow: true, type: "p"), "linux.resources.devices[0].type"),
        (DeviceRule(allow: true, type: "c", major: -2), "linux.resources.devices[0].major"),
        (DeviceRule(allow: true, type: "c", minor: 1 << 40), "linux.resources.devices[0].minor"),
        (DeviceRule(allow: true, type: "c", access: "rx"), "linux.resources.devices[0].access"),
    ])
    func aMalformedRuleIsNamed(rule: DeviceRule, field: String) {
        let error = #expect(throws: CgroupError.self) { try DevicePolicy([rule]) }
        #expect(error?.code == .invalid)
        #expect(error?.field == field)
    }

    @Test func minusOneIsAnyNumber() throws {
        #expect(
            try DevicePolicy([DeviceRule(allow: false, type: "a", major: -1, minor: -1, access: "rwm")]).rules
                == DevicePolicy(nil).rules)
    }

    @Test func theListIsWrittenOneRuleAtATime() throws {
        let cgroup = FakeCgroup.empty("devices.deny", "devices.allow")
        try V1Devices.setList(nil, in: cgroup.directory, isNew: true)
        #expect(cgroup["devices.deny"] == "a")
        #expect(cgroup["devices.allow"] == common.joined())
    }
}
