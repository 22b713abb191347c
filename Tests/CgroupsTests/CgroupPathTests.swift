import Testing

@testable import Cgroups

@Suite struct CgroupPathTests {
    @Test(arguments: [
        ("/a/b", true, "a/b"), ("a//./b/", false, "a/b"), ("/../../etc", true, "etc"), ("../../x", false, "x"),
        ("/a/../../b", true, "b"), ("kubepods:cri:abc", false, "kubepods:cri:abc"),
    ])
    func partsThatClimbAreCleaned(path: String, isAbsolute: Bool, relative: String) throws {
        let parsed = try CgroupPath(path, id: "id")
        #expect(parsed.isAbsolute == isAbsolute)
        #expect(parsed.relative == relative)
    }

    @Test(arguments: [nil, ""])
    func theIdStandsForAnAbsentPath(path: String?) throws {
        let parsed = try CgroupPath(path, id: "web-1")
        #expect(!parsed.isAbsolute)
        #expect(parsed.relative == "web-1")
    }

    @Test(arguments: ["/", "//", "..", "/a/..", "."])
    func theRootOfTheHierarchyIsRefused(path: String) {
        let error = #expect(throws: CgroupError.self) { try CgroupPath(path, id: "id") }
        #expect(error?.code == .invalid)
        #expect(error?.field == "linux.cgroupsPath")
    }

    @Test(arguments: ["", ".", "..", "a/b"])
    func anIdThatIsNoNameIsRefused(id: String) {
        #expect(throws: CgroupError.self) { try CgroupPath(nil, id: id) }
    }

    @Test func aNULIsRefused() {
        #expect(throws: CgroupError.self) { try CgroupPath("/a\0b", id: "id") }
    }

    @Test func theSystemdDriverIsNamedAsUnsupported() {
        let error = #expect(throws: CgroupError.self) {
            try CgroupPath("kubepods-burstable.slice:cri-containerd:abc", id: "abc", systemd: true)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.description.contains("kubepods-burstable.slice:cri-containerd:abc") == true)
    }
}
