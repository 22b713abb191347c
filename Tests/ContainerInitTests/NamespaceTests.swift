import FoundationEssentials
import Glibc
import LinuxSystem
import OCISpec
import Testing

@Suite(.makesContainers, .serialized) struct NamespaceTests {
    @Test func theInitIsInNewNamespacesAndTheFirstProcessOfItsPIDNamespace() throws {
        let container = try Container("echo $$; hostname")
        try container.createWhole()
        let pid = try #require(container.initPID)
        for name in ["pid", "ipc", "uts", "mnt", "net"] {
            #expect(try link("/proc/\(pid)/ns/\(name)") != link("/proc/self/ns/\(name)"), "\(name)")
        }
        for name in ["user", "cgroup", "time"] {
            #expect(try link("/proc/\(pid)/ns/\(name)") == link("/proc/self/ns/\(name)"), "\(name)")
        }
        container.start()
        #expect(container.waitFor("exit 0"))
        #expect(container.containerOutput == "1\nmartlet\n")
    }

    @Test func aNamespaceIsJoinedByItsPath() throws {
        let first = try Container()
        try first.createWhole()
        let pid = try #require(first.initPID)
        let second = try Container()
        second.spec.linux?.namespaces = [
            Namespace(type: .mount), Namespace(type: .pid), Namespace(type: .uts, path: "/proc/\(pid)/ns/uts"),
            Namespace(type: .network, path: "/proc/\(pid)/ns/net"), Namespace(type: .ipc, path: "/proc/\(pid)/ns/ipc"),
        ]
        second.spec.hostname = nil
        try second.createWhole()
        let other = try #require(second.initPID)
        for name in ["uts", "net", "ipc"] {
            #expect(try link("/proc/\(pid)/ns/\(name)") == link("/proc/\(other)/ns/\(name)"), "\(name)")
        }
        #expect(try link("/proc/\(pid)/ns/pid") != link("/proc/\(other)/ns/pid"))
    }

    /// It sees its own mounts, and the node has none of them, neither while it lives nor afterwards.
    @Test func aContainerWithoutAMountNamespaceLeavesNoMountToTheNode() throws {
        let container = try Container(
            "readlink /proc/self/ns/mnt; cat /proc/self/mountinfo; ls -d /dev/null /proc/1 /sys/kernel /bin; touch /made; cat /proc/timer_list"
        )
        container.spec.linux?.namespaces?.removeAll { $0.type == .mount }
        container.spec.linux?.maskedPaths = ["/proc/timer_list"]
        container.spec.root?.readonly = true
        container.spec.linux?.rootfsPropagation = "shared"
        let before = try mounts(below: "/")
        try container.createWhole()
        let pid = try #require(container.initPID)
        #expect(try link("/proc/\(pid)/ns/mnt") == link("/proc/self/ns/mnt"))
        #expect(try mounts(below: container.bundle).isEmpty)
        container.start()
        #expect(container.waitFor("exit 0"), "\(container.lines)")
        let output = container.containerOutput
        #expect(output.hasPrefix("\(try link("/proc/self/ns/mnt"))\n"))
        for part in ["/dev/null\n", "/proc/1\n", "/sys/kernel\n", "/bin\n", "/made: Read-only file system"] {
            #expect(output.contains(part), "\(part): \(output)")
        }
        #expect(try mounts(below: "/").filter { $0.contains(container.bundle) }.isEmpty && !before.isEmpty)
        #expect(access("\(container.bundle)/rootfs/made", F_OK) != 0)
    }

    private func mounts(below folder: String) throws -> [String] {
        try readText("/proc/self/mountinfo").split(separator: "\n").map(String.init).filter { $0.contains(folder) }
    }

    @Test func aUserNamespaceWithoutAMountNamespaceIsRefused() throws {
        let container = try Container()
        container.spec.linux?.namespaces = [Namespace(type: .user)]
        container.spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.hostname = nil
        let failure = try container.failure()
        #expect(failure.contains("linux.namespaces") && failure.contains("mount namespace"))
    }

    @Test func aNamespacePathThatIsMissingIsNamed() throws {
        let container = try Container()
        container.spec.linux?.namespaces?[4].path = "/run/netns/there-is-none"
        let failure = try container.failure()
        #expect(failure.contains("linux.namespaces[4].path") && failure.contains("No such file"))
    }

    @Test func aUserNamespaceHasItsMapsAndItsRootHasNoPowerOverTheHost() throws {
        let container = try Container("id; cat /proc/self/uid_map; cat /etc/secret; touch /owned; stat -c %u /owned")
        try container.put("secret", at: "rootfs/etc/secret", mode: 0o600)
        container.spec.linux?.namespaces?.append(Namespace(type: .user))
        container.spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        chown("\(container.bundle)/rootfs", 100_000, 100_000)
        let output = try container.run()
        #expect(output.contains("uid=0 gid=0"))
        #expect(output.contains("100000      65536"))
        #expect(output.contains("can't open '/etc/secret': Permission denied"))
        #expect(output.hasSuffix("\n0\n"))
        var found = Glibc.stat()
        #expect(stat("\(container.bundle)/rootfs/owned", &found) == 0 && found.st_uid == 100_000)
    }

    /// The engine ignores SIGCHLD: a first child that did so too would let the kernel drop the exit of its own child.
    @Test func theEndOfAnInitIsKnownEvenBeforeThatOfItsParent() throws {
        let container = try Container()
        container.driverEnvironment = ["DRIVER_HOLD=1"]
        // The init finds out.
        container.spec.process?.cwd = "/bin/busybox/below"
        container.spec.linux?.namespaces?.append(Namespace(type: .user))
        container.spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        try container.create()
        try #require(container.waitFor("held "), "\(container.lines)")
        #expect(container.lines.last == "held init is kept")
        try #require(container.waitFor("exit "), "\(container.lines)")
        #expect(container.exitStatus == 1)
    }

    @Test func devicesOfAUserNamespaceAreTheHostsOwn() throws {
        let container = try Container("echo x > /dev/null && cat /dev/zero | busybox head -c 3 | busybox od -An -tx1")
        container.spec.linux?.namespaces?.append(Namespace(type: .user))
        container.spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        chown("\(container.bundle)/rootfs", 100_000, 100_000)
        #expect(try container.run().trimmed == "00 00 00")
    }

    @Test func aBindMountOfAUserNamespaceNeedsNoWayToItsSource() throws {
        let container = try Container("cat /data/file")
        try container.put("reached", at: "closed/inner/file")
        chmod("\(container.bundle)/closed", 0o700)
        container.spec.linux?.namespaces?.append(Namespace(type: .user))
        container.spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        container.spec.mounts?.append(
            Mount(destination: "/data", type: "bind", source: "closed/inner", options: ["rbind", "ro", "nosuid"]))
        chown("\(container.bundle)/rootfs", 100_000, 100_000)
        #expect(try container.run() == "reached")
    }

    @Test func aContainerJoinsTheUserNamespaceOfAnother() throws {
        let first = try Container()
        first.spec.linux?.namespaces?.append(Namespace(type: .user))
        first.spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        first.spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
        chown("\(first.bundle)/rootfs", 100_000, 100_000)
        try first.createWhole()
        let pid = try #require(first.initPID)
        let second = try Container("id; hostname; cat /data/file")
        try second.put("reached", at: "closed/inner/file")
        chmod("\(second.bundle)/closed", 0o700)
        second.spec.hostname = nil
        second.spec.linux?.namespaces = [
            Namespace(type: .network, path: "/proc/\(pid)/ns/net"), Namespace(type: .uts, path: "/proc/\(pid)/ns/uts"),
            Namespace(type: .user, path: "/proc/\(pid)/ns/user"), Namespace(type: .ipc, path: "/proc/\(pid)/ns/ipc"),
            Namespace(type: .mount), Namespace(type: .pid),
        ]
        second.spec.mounts?.append(
            Mount(destination: "/data", type: "bind", source: "closed/inner", options: ["rbind", "rprivate", "rw"]))
        chown("\(second.bundle)/rootfs", 100_000, 100_000)
        let output = try second.run()
        #expect(output == "uid=0 gid=0\nmartlet\nreached", "\(output)")
    }

    @Test func timeOffsetsHoldInTheContainer() throws {
        let container = try Container("cat /proc/uptime")
        container.spec.linux?.namespaces?.append(Namespace(type: .time))
        container.spec.linux?.timeOffsets = [
            "boottime": try decodeJSON(TimeOffset.self, from: Data(#"{"secs":10000000}"#.utf8), file: nil)
        ]
        let seconds = try container.run().split(separator: ".").first.flatMap { Int($0) }
        #expect(try #require(seconds) > 10_000_000)
    }

    @Test func namespaceSysctlsAreSetAndTheHostsAreNot() throws {
        let container = try Container("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax")
        container.spec.linux?.sysctl = ["net.ipv4.ip_forward": "1", "kernel.msgmax": "12345"]
        #expect(try container.run() == "1\n12345\n")
        #expect(try readText("/proc/sys/kernel/msgmax").trimmed != "12345")
    }

    @Test func aCgroupIsEnteredBeforeTheNamespacesAreMade() throws {
        let container = try Container()
        let cgroup = "/sys/fs/cgroup/pids/martlet-test-\(getpid())"
        try #require(mkdir(cgroup, 0o755) == 0)
        defer { rmdir(cgroup) }
        container.driverEnvironment = ["DRIVER_PROCS=\(cgroup)/cgroup.procs"]
        container.spec.linux?.namespaces?.append(Namespace(type: .cgroup))
        try container.createWhole()
        let pid = try #require(container.initPID)
        // The first child may be on its way out of it.
        #expect(try readText("\(cgroup)/cgroup.procs").split(separator: "\n").contains("\(pid)"))
        container.start()
        try #require(container.waitFor("running"))
        kill(pid, SIGKILL)
        #expect(container.waitFor("exit 137"))
    }
}

func link(_ path: String) throws -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink(path, &buffer, buffer.count)
    try #require(length >= 0, "\(path)")
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
