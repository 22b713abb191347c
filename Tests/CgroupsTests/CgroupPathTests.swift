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

    @Test(arguments: [true, false]) func aSlicesPathIsAScope(systemd: Bool) throws {
        let path = try CgroupPath("kubepods-burstable.slice:cri-containerd:abc", id: "id", systemd: systemd)
        #expect(path.isAbsolute)
        #expect(path.relative == "kubepods.slice/kubepods-burstable.slice/cri-containerd-abc.scope")
        #expect(path.unit == .init(name: "cri-containerd-abc.scope", slice: "kubepods-burstable.slice"))
    }

    @Test(
        arguments: [
            (nil, "system.slice/martlet-id.scope"), (":a:b", "system.slice/a-b.scope"), ("-.slice:a:b", "a-b.scope"),
            ("x.slice::b", "x.slice/b.scope"),
        ] as [(String?, String)])
    func theDriversOptionGivesDefaults(path: String?, place: String) throws {
        #expect(try CgroupPath(path, id: "id", systemd: true).relative == place)
    }

    @Test(arguments: ["/a/b", "a.slice:b", "a.slice:b:", "a--b.slice:c:d", "a:b:c", ".slice:a:b", "a.slice:b:c/d"])
    func aPathThatNamesNoUnitIsRefusedByTheSystemdDriver(path: String) {
        let error = #expect(throws: CgroupError.self) { try CgroupPath(path, id: "id", systemd: true) }
        #expect(error?.code == .invalid)
    }

    @Test func colonsAloneMakeNoUnit() throws {
        #expect(try CgroupPath("/a:b:c", id: "id").unit == nil)
    }
}
