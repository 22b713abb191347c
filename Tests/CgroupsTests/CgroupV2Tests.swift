import Glibc
import OCISpec
import SystemPackage
import Testing

@testable import Cgroups

/// Version 2 as a whole, against a tree that was laid out beforehand. Devices are let be: a program can be attached
/// only to a real cgroup.
@Suite struct CgroupV2Tests {
    private func tree(leaf: String = "cpu memory pids") -> (FakeCgroup, CgroupV2) {
        let root = FakeCgroup([
            "cgroup.controllers": "cpu memory pids\n", "cgroup.subtree_control": "memory\n",
            "pod/cgroup.controllers": "cpu memory pids\n", "pod/cgroup.subtree_control": "",
            "pod/c1/cgroup.controllers": leaf, "pod/c1/cgroup.procs": "", "pod/c1/memory.max": "",
            "pod/c1/memory.swap.max": "", "pod/c1/pids.max": "", "pod/c1/cpu.weight": "", "pod/c1/cgroup.freeze": "0\n",
            "pod/c1/cgroup.kill": "",
        ])
        let place = CgroupPlace(
            version: .v2, directories: [.init(controllers: [], path: "\(root.path)/pod/c1", mountPoint: root.path)])
        return (root, CgroupV2(place))
    }

    private var unrestricted: LinuxResources {
        var resources = LinuxResources()
        resources.devices = [DeviceRule(allow: true)]
        return resources
    }

    /// As systemd removes a scope that is empty while the shim is at it: found open, and gone when it is read.
    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aCgroupThatGoesWhileItIsReadIsNotFrozen() throws {
        let (root, cgroup) = tree()
        let place = try #require(Machine.node).place(
            for: CgroupPath("/martlet-test-\(getpid())-\(UInt32.random(in: 0 ... .max))", id: "test"))
        let real = CgroupDirectory(path: try #require(place.directories.first).path)
        guard case .success(true) = real.make() else { throw CgroupError(.notFound, real.path) }
        let descriptor = open(real.file("cgroup.procs"), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        try #require(rmdir(real.path) == 0)
        let file = "\(root.path)/pod/c1/cgroup.freeze"
        unlink(file)
        try #require(symlink("/proc/self/fd/\(descriptor)", file) == 0)
        #expect(cgroup.directory.attemptRead("cgroup.freeze") == .failure(.operationNotSupportedByDevice))
        #expect(try cgroup.freezerState() == .thawed)
    }

    @Test func limitsAreSetWhenItIsMade() throws {
        let (root, cgroup) = tree()
        var resources = unrestricted
        resources.memory = memoryResources { $0.limit = 1000 }.memory
        resources.pids = PidsResources(limit: 9)
        try cgroup.create(resources)
        #expect(root["pod/c1/memory.max"] == "1000")
        #expect(root["pod/c1/pids.max"] == "9")
        #expect(cgroup.entryFiles == ["\(root.path)/pod/c1/cgroup.procs"])
    }

    @Test func whereAllIsEnabledNothingIsWrittenAbove() throws {
        let (root, cgroup) = tree()
        try cgroup.create(unrestricted)
        #expect(root["pod/cgroup.subtree_control"] == "")
    }

    @Test func controllersAreEnabledDownThePath() throws {
        let (root, cgroup) = tree(leaf: "")
        try cgroup.create(unrestricted)
        #expect(root["cgroup.subtree_control"] == "+cpu +pids", "over what was there: memory was enabled")
        #expect(root["pod/cgroup.subtree_control"] == "+cpu +memory +pids")
    }

    @Test func aLimitWhoseControllerCanNotBeEnabledIsNamed() {
        let (_, cgroup) = tree(leaf: "cpu")
        var resources = unrestricted
        resources.pids = PidsResources(limit: 9)
        let error = #expect(throws: CgroupError.self) { try cgroup.create(resources) }
        #expect(error?.code == .noController)
        #expect(error?.field == "linux.resources.pids.limit")
    }

    @Test func aCgroupWithProcessesIsNotTakenOver() {
        let (root, cgroup) = tree()
        root.write("1\n", to: "pod/c1/cgroup.procs")
        let error = #expect(throws: CgroupError.self) { try cgroup.create(unrestricted) }
        #expect(error?.code == .inUse)
        #expect(root["pod/c1/cgroup.procs"] == "1\n")
    }

    @Test func aCgroupThatWasLeftFrozenIsThawed() throws {
        let (root, cgroup) = tree()
        root.write("1\n", to: "pod/c1/cgroup.freeze")
        root.write("frozen 1\n", to: "pod/c1/cgroup.events")
        try cgroup.create(unrestricted)
        #expect(root["pod/c1/cgroup.freeze"]?.hasPrefix("0") == true)
    }

    @Test func everythingIsKilledByOneWrite() throws {
        let (root, cgroup) = tree()
        try cgroup.kill(signal: SIGKILL)
        #expect(root["pod/c1/cgroup.kill"] == "1")
    }

    @Test func theLeastLimitAboveCounts() throws {
        let (root, cgroup) = tree()
        #expect(throws: CgroupError.self, "an empty file is not what the kernel writes") { try cgroup.memoryLimit() }
        root.write("max\n", to: "pod/c1/memory.max")
        #expect(try cgroup.memoryLimit() == nil)
        root.write("5000\n", to: "pod/memory.max")
        #expect(try cgroup.memoryLimit() == 5000)
        root.write("400\n", to: "pod/c1/memory.max")
        #expect(try cgroup.memoryLimit() == 400)
    }

    @Test func aCgroupThatIsGoneHasNoProcessesAndIsRemoved() throws {
        let root = FakeCgroup()
        let place = CgroupPlace(
            version: .v2, directories: [.init(controllers: [], path: "\(root.path)/pod/c1", mountPoint: root.path)])
        let gone = place.open()
        #expect(!gone.exists)
        #expect(try gone.processes() == [])
        try gone.kill(signal: SIGKILL)
        try gone.remove()
    }
}

@Suite struct CgroupTreeTests {
    @Test func processesOfNestedCgroupsAreListed() throws {
        let root = FakeCgroup(["cgroup.procs": "10\n11\n", "a/cgroup.procs": "12\n", "a/b/cgroup.procs": "13\n"])
        #expect(try root.directory.processes().sorted() == [10, 11, 12, 13])
    }

    @Test func aListOfProcessesThatIsNoneIsAnError() {
        let root = FakeCgroup(["cgroup.procs": "ten\n"])
        #expect(throws: CgroupError.self) { try root.directory.processes() }
    }

    @Test func nestedCgroupsAreRemovedAndOnlyThey() throws {
        let root = FakeCgroup()
        for name in ["pod", "pod/c1", "pod/c1/a", "pod/c1/a/b", "pod/c2"] { root.makeDirectory(name) }
        var patience: UInt32 = 0
        let leaf = CgroupDirectory(path: "\(root.path)/pod/c1")
        try leaf.removeTree(patience: &patience)
        #expect(!leaf.exists)
        #expect(CgroupDirectory(path: "\(root.path)/pod/c2").exists)
        try leaf.removeTree(patience: &patience)
    }

    @Test func whatCanNotBeRemovedIsInUse() {
        let root = FakeCgroup(["c1/cgroup.procs": "77\n"])
        var patience: UInt32 = 500
        let error = #expect(throws: CgroupError.self) {
            try CgroupDirectory(path: "\(root.path)/c1").removeTree(patience: &patience)
        }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("77") == true)
        #expect(patience == 0)
    }

    @Test func missingParentsAreMade() throws {
        let root = FakeCgroup()
        var made: [String] = []
        let leaf = CgroupDirectory(path: "\(root.path)/a/b/c")
        let isNew = try leaf.makeWithParents { parent throws(CgroupError) in made.append(parent.path) }
        #expect(isNew)
        #expect(made == ["\(root.path)/a", "\(root.path)/a/b"])
        #expect(try !leaf.makeWithParents { _ throws(CgroupError) in })
    }
}
