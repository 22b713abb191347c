import OCISpec
import Testing

@testable import Cgroups

@Suite struct V1CpusetTests {
    private func tree() -> FakeCgroup {
        FakeCgroup([
            "cpuset.cpus": "0-3\n", "cpuset.mems": "0\n", "pod/cpuset.cpus": "", "pod/cpuset.mems": "\n",
            "pod/c1/cpuset.cpus": "", "pod/c1/cpuset.mems": "",
        ])
    }

    @Test func whatIsEmptyComesFromTheParentAndItsParents() throws {
        let root = tree()
        try V1Cpuset.inherit(CgroupDirectory(path: "\(root.path)/pod/c1"), mountPoint: root.path)
        #expect(root["pod/cpuset.cpus"] == "0-3")
        #expect(root["pod/c1/cpuset.cpus"] == "0-3")
        #expect(root["pod/c1/cpuset.mems"] == "0")
    }

    @Test func whatIsSetStays() throws {
        let root = tree()
        root.write("1\n", to: "pod/c1/cpuset.cpus")
        try V1Cpuset.inherit(CgroupDirectory(path: "\(root.path)/pod/c1"), mountPoint: root.path)
        #expect(root["pod/c1/cpuset.cpus"] == "1\n")
        #expect(root["pod/c1/cpuset.mems"] == "0")
    }

    @Test func whatIsAskedForIsNotInherited() throws {
        let root = tree()
        var resources = LinuxResources()
        var cpu = CPUResources()
        cpu.cpus = "2"
        resources.cpu = cpu
        let leaf = CgroupDirectory(path: "\(root.path)/pod/c1")
        try V1Cpuset.inherit(leaf, mountPoint: root.path, except: resources)
        #expect(root["pod/c1/cpuset.cpus"] == "")
        try V1Cpuset.apply(resources, to: leaf, isNew: true)
        #expect(root["pod/c1/cpuset.cpus"] == "2")
        #expect(V1Cpuset.requestedField(in: resources) == "linux.resources.cpu.cpus")
    }
}
