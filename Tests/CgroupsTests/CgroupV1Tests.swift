import OCISpec
import Testing

@testable import Cgroups

/// Version 1 as a whole, against hierarchies that were laid out beforehand.
@Suite struct CgroupV1Tests {
    private func place(_ root: FakeCgroup, _ controllers: String...) -> CgroupPlace {
        CgroupPlace(
            version: .v1,
            directories: controllers.map {
                .init(controllers: [$0], path: "\(root.path)/\($0)/c1", mountPoint: "\(root.path)/\($0)")
            })
    }

    private func tree() -> FakeCgroup {
        FakeCgroup([
            "devices/c1/devices.deny": "", "devices/c1/devices.allow": "", "devices/c1/cgroup.procs": "",
            "pids/c1/pids.max": "",
        ])
    }

    @Test func aPlaceIsFoundAgainFromItsRecord() throws {
        let root = tree()
        let place = place(root, "devices", "pids")
        #expect(
            place.open().entryFiles == ["\(root.path)/devices/c1/tasks", "\(root.path)/pids/c1/tasks"])
        #expect(place.open().exists)
    }

    @Test func limitsAndDevicesAreSetWhenItIsMade() throws {
        let root = tree()
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: 9)
        try CgroupV1(place(root, "devices", "pids")).create(resources)
        #expect(root["pids/c1/pids.max"] == "9")
        #expect(root["devices/c1/devices.deny"]?.hasPrefix("a") == true)
        #expect(root["devices/c1/devices.allow"]?.hasPrefix("c *:* m") == true)
    }

    @Test func updatingLeavesTheDevices() throws {
        let root = tree()
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: 9)
        resources.devices = [DeviceRule(allow: true)]
        try CgroupV1(place(root, "devices", "pids")).update(resources)
        #expect(root["pids/c1/pids.max"] == "9")
        #expect(root["devices/c1/devices.allow"] == "")
    }

    @Test(arguments: [
        (#"{"pids":{"limit":5}}"#, "linux.resources.pids.limit"),
        (#"{"memory":{"limit":4096}}"#, "linux.resources.memory.limit"),
        (#"{"memory":{"swappiness":60}}"#, "linux.resources.memory.swappiness"),
        (#"{"cpu":{"quota":5000}}"#, "linux.resources.cpu.quota"),
        (#"{"cpu":{"mems":"0"}}"#, "linux.resources.cpu.mems"),
        (#"{"blockIO":{"weight":100}}"#, "linux.resources.blockIO.weight"),
        (#"{"hugepageLimits":[{"pageSize":"2MB","limit":0}]}"#, "linux.resources.hugepageLimits"),
        (#"{"network":{"classID":5}}"#, "linux.resources.network.classID"),
        (#"{"rdma":{"x":{"hcaHandles":5}}}"#, "linux.resources.rdma"),
        (#"{"unified":{"memory.high":"5"}}"#, "linux.resources.unified"),
    ])
    func aLimitWithoutItsControllerIsNamed(json: String, field: String) throws {
        let resources = try resources(json)
        let root = tree()
        let error = #expect(throws: CgroupError.self) { try CgroupV1(place(root, "devices")).create(resources) }
        #expect(error?.field == field)
        #expect(root["devices/c1/devices.deny"] == "", "it is refused before anything is done")
    }

    @Test func aLimitThatIsNotSetNeedsNoController() throws {
        let json = #"{"pids":{"limit":0},"memory":{"limit":0},"cpu":{"quota":0,"cpus":""},"hugepageLimits":[]}"#
        try CgroupV1(place(tree(), "devices")).create(try resources(json))
    }

    @Test func whatWasMadeIsRemovedWhenALimitFails() {
        // A new directory here has no files, so the first write fails.
        let root = FakeCgroup()
        for name in ["devices", "pids"] { root.makeDirectory(name) }
        let cgroup = CgroupV1(place(root, "devices", "pids"))
        let error = #expect(throws: CgroupError.self) { try cgroup.create(nil) }
        #expect(error?.field == "linux.resources.devices")
        #expect(!cgroup.exists)
        #expect(CgroupDirectory(path: "\(root.path)/devices").exists)
    }

    @Test func aCgroupWithProcessesIsNotTakenOver() {
        let root = tree()
        root.write("1\n", to: "devices/c1/cgroup.procs")
        let error = #expect(throws: CgroupError.self) { try CgroupV1(place(root, "devices")).create(nil) }
        #expect(error?.code == .inUse)
    }

    @Test func theLeastLimitAboveCounts() throws {
        let root = FakeCgroup([
            "memory/memory.limit_in_bytes": "9223372036854771712\n",
            "memory/c1/memory.limit_in_bytes": "9223372036854771712\n",
        ])
        let cgroup = CgroupV1(place(root, "memory"))
        #expect(try cgroup.memoryLimit() == nil)
        root.write("4096\n", to: "memory/memory.limit_in_bytes")
        #expect(try cgroup.memoryLimit() == 4096)
    }

    @Test func removingWhatIsGoneIsNothing() throws {
        let root = FakeCgroup()
        for name in ["devices", "pids", "pids/c1", "pids/c1/nested"] { root.makeDirectory(name) }
        let cgroup = CgroupV1(place(root, "devices", "pids"))
        #expect(cgroup.exists)
        try cgroup.remove()
        #expect(!cgroup.exists)
        try cgroup.remove()
    }
}
