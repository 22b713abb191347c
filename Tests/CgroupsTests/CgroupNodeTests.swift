import Testing

@testable import Cgroups

@Suite struct CgroupNodeTests {
    private let hybrid = """
        23 1 8:1 / / rw - ext4 /dev/root rw
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct
        34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
        36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
        42 31 0:39 / /sys/fs/cgroup/elogind rw,relatime - cgroup cgroup rw,name=elogind
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        99 31 0:33 / /run/c/rootfs/sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
        """
    private let own = "5:devices:/a\n3:cpuset:/\n1:cpu,cpuacct:/b\n2:name=systemd:/\n0::/c\n"

    private func node(_ mountinfo: String? = nil, own: String? = nil) -> CgroupNode {
        CgroupNode(
            root: "/sys/fs/cgroup", isUnified: false, mountinfo: mountinfo ?? hybrid, ownCgroups: own ?? self.own)
    }

    @Test func versionOneBesideVersionTwoIsHybrid() {
        #expect(node().layout == .hybrid)
        let lines = hybrid.split(separator: "\n").filter { !$0.contains("cgroup2") }
        #expect(node(lines.joined(separator: "\n")).layout == .legacy)
    }

    @Test func versionTwoAtTheRootIsUnified() {
        let node = CgroupNode(root: "/sys/fs/cgroup", isUnified: true, mountinfo: "", ownCgroups: "0::/x/y\n")
        #expect(node.layout == .unified)
        #expect(node.hierarchies.isEmpty)
    }

    @Test func aContainersOwnCgroupMountsAreNotTaken() {
        let devices = node().hierarchies.filter { $0.controllers == ["devices"] }
        #expect(devices.map(\.mountPoint) == ["/sys/fs/cgroup/devices"])
    }

    @Test func anUnknownNamedHierarchyIsNotJoined() {
        #expect(!node().hierarchies.contains { $0.mountPoint.hasSuffix("elogind") })
    }

    @Test func controllersMountedTogetherShareADirectory() throws {
        let place = try node().place(for: CgroupPath("/pod/c1", id: "c1"))
        #expect(
            place.directories.map(\.path) == [
                "/sys/fs/cgroup/cpuset/pod/c1", "/sys/fs/cgroup/devices/pod/c1", "/sys/fs/cgroup/cpu,cpuacct/pod/c1",
                "/sys/fs/cgroup/systemd/pod/c1",
            ])
        #expect(place.directories[2].controllers == ["cpu", "cpuacct"])
    }

    @Test func aRelativePathIsBelowTheRuntimesOwnCgroup() throws {
        let place = try node().place(for: CgroupPath("pod/c1", id: "c1"))
        #expect(
            place.directories.map(\.path) == [
                "/sys/fs/cgroup/cpuset/pod/c1", "/sys/fs/cgroup/devices/a/pod/c1",
                "/sys/fs/cgroup/cpu,cpuacct/b/pod/c1",
                "/sys/fs/cgroup/systemd/pod/c1",
            ])
    }

    @Test func theMountsRootIsTakenOffTheOwnPath() throws {
        let mounts = "36 31 0:33 /docker/x /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices"
        let inside = node(mounts, own: "5:devices:/docker/x/shim\n")
        #expect(
            try inside.place(for: CgroupPath(nil, id: "c1")).directories[0].path == "/sys/fs/cgroup/devices/shim/c1")
        // Outside of what is mounted nothing can be made: the mount point it is.
        let outside = node(mounts, own: "5:devices:/../..\n")
        #expect(try outside.place(for: CgroupPath(nil, id: "c1")).directories[0].path == "/sys/fs/cgroup/devices/c1")
    }

    @Test func aRelativePathOnVersionTwoIsBesideTheRuntimesOwnCgroup() throws {
        let node = CgroupNode(
            root: "/sys/fs/cgroup", isUnified: true, mountinfo: "", ownCgroups: "0::/system.slice/containerd.service\n")
        #expect(
            try node.place(for: CgroupPath("c1", id: "c1")).directories.map(\.path) == [
                "/sys/fs/cgroup/system.slice/c1"
            ])
        #expect(
            try node.place(for: CgroupPath("/kubepods/pod1/c1", id: "c1")).directories.map(\.path) == [
                "/sys/fs/cgroup/kubepods/pod1/c1"
            ])
    }

    @Test func withoutADevicesControllerNoContainerIsMade() {
        let error = #expect(throws: CgroupError.self) {
            try node("34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset").place(
                for: CgroupPath("/x", id: "x"))
        }
        #expect(error?.code == .noController)
        #expect(error?.field == "linux.resources.devices")
    }

    @Test func spacesInAMountPointAreUnescaped() {
        let mounts = cgroupMounts(
            in: #"36 31 0:33 / /my\040cgroups/de\134vices rw - cgroup cgroup rw,devices"#, below: "/my cgroups")
        #expect(mounts.map(\.mountPoint) == [#"/my cgroups/de\vices"#])
    }

    @Test func theRunningKernelIsRecognised() throws {
        let node = try CgroupNode.detect()
        #expect(node.layout == .unified || node.hierarchies.contains { $0.controllers.contains("memory") })
    }
}
