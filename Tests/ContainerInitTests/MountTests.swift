import FoundationEssentials
import Glibc
import LinuxSystem
import OCISpec
import Testing

@Suite(.makesContainers, .serialized) struct MountTests {
    @Test func theMountsOfTheSpecificationHaveTheirFlags() throws {
        let container = try Container()
        try container.createWhole()
        #expect(try #require(try container.mountInfo("/proc")).contains("rw,nosuid,nodev,noexec"))
        #expect(try #require(try container.mountInfo("/sys")).contains("ro,nosuid,nodev,noexec"))
        let shm = try #require(try container.mountInfo("/dev/shm"))
        #expect(shm.contains("- tmpfs shm rw,size=65536k"))
        #expect(try #require(try container.mountInfo("/dev/mqueue")).contains("- mqueue"))
        #expect(try #require(try container.mountInfo("/dev/pts")).contains("mode=620,ptmxmode=666"))
        // Nothing of the host is left.
        #expect(try container.procFile("mountinfo").split(separator: "\n").allSatisfy { !$0.contains("oldroot") })
        #expect(try container.mountInfo("/mnt") == nil)
    }

    @Test func aFileIsBoundReadOnlyWhereThereWasNone() throws {
        let container = try Container(
            "cat /etc/app/config.json; echo x > /etc/app/config.json; readlink -f /etc/app/config.json")
        try container.put("{\"a\":1}", at: "config/source.json")
        container.spec.mounts?.append(
            Mount(
                destination: "/etc/app/config.json", type: "bind", source: "\(container.bundle)/config/source.json",
                options: ["rbind", "rprivate", "ro"]))
        let output = try container.run()
        #expect(output.contains("{\"a\":1}") && output.contains("Read-only file system"))
    }

    @Test func aBindMountKeepsTheFlagsOfItsSourceUnlessItHasItsOwn() throws {
        let container = try Container()
        try makeDirectories("\(container.bundle)/data")
        container.spec.mounts? += [
            Mount(destination: "/inert", type: "tmpfs", options: ["noexec", "nodev", "nosuid"]),
            Mount(destination: "/plain", type: "bind", source: "data", options: ["bind"]),
            Mount(
                destination: "/tight", type: "bind", source: "data", options: ["bind", "nodev", "noexec", "noatime"]),
        ]
        try container.createWhole()
        #expect(try #require(try container.mountInfo("/plain")).contains(" rw,relatime "))
        #expect(try #require(try container.mountInfo("/tight")).contains("rw,nodev,noexec,noatime"))
    }

    @Test func aBindMountAddsToTheFlagsOfItsSourceAndClearsWhatItNames() throws {
        let container = try Container()
        let data = "\(container.bundle)/data"
        try makeDirectories(data)
        try mountFileSystem(source: "tmpfs", target: data, type: "tmpfs", flags: [.noSUID, .noDevices, .noExec])
        defer { try? detachMount(data) }
        container.spec.mounts? += [
            Mount(destination: "/kept", type: "bind", source: "data", options: ["bind", "ro"]),
            Mount(destination: "/cleared", type: "bind", source: "data", options: ["bind", "exec", "ro"]),
        ]
        try container.createWhole()
        #expect(try #require(try container.mountInfo("/kept")).contains("ro,nosuid,nodev,noexec"))
        #expect(try #require(try container.mountInfo("/cleared")).contains("ro,nosuid,nodev,relatime"))
    }

    @Test func recursiveReadOnlyReachesTheMountsBelow() throws {
        let container = try Container("touch /data/a; touch /data/below/b; touch /plain/below/c && echo yes")
        let below = "\(container.bundle)/data/below"
        try makeDirectories(below)
        try mountFileSystem(source: "tmpfs", target: below, type: "tmpfs")
        defer { try? detachMount(below) }
        container.spec.mounts? += [
            Mount(destination: "/data", type: "bind", source: "data", options: ["rbind", "rro"]),
            Mount(destination: "/plain", type: "bind", source: "data", options: ["rbind", "ro"]),
        ]
        let output = try container.run()
        #expect(output.contains("/data/a: Read-only") && output.contains("/data/below/b: Read-only"))
        #expect(output.hasSuffix("yes\n"))
    }

    @Test(arguments: [("private", ""), ("slave", "master:"), ("shared", "shared:")])
    func propagationIsAsTheOptionsSay(option: String, tag: String) throws {
        let container = try Container()
        let data = "\(container.bundle)/data"
        try makeDirectories(data)
        try mountFileSystem(source: "tmpfs", target: data, type: "tmpfs")
        try mountFileSystem(source: nil, target: data, flags: .shared)
        defer { try? detachMount(data) }
        container.spec.linux?.rootfsPropagation = option == "shared" ? "rshared" : nil
        container.spec.mounts?.append(
            Mount(destination: "/data", type: "bind", source: "data", options: ["rbind", option]))
        try container.createWhole()
        let fields = try #require(try container.mountInfo("/data")).split(separator: " ")
        let optional = fields[6..<(try #require(fields.firstIndex(of: "-")))].joined(separator: " ")
        #expect(tag.isEmpty ? optional.isEmpty : optional.contains(tag), "\(fields)")
    }

    @Test func aMountOfTheContainerDoesNotReachTheHost() throws {
        let container = try Container()
        try container.createWhole()
        // Other tests mount on the host beside this one, so only what names this bundle counts.
        #expect(try container.mountInfo("/proc") != nil)
        #expect(try !readText("/proc/self/mountinfo").contains(container.bundle))
    }

    @Test func aTargetThatIsALinkOutOfTheRootStaysInIt() throws {
        let container = try Container("cat /data/file")
        try container.put("inside", at: "source/file")
        symlink("/../../../../../../../etc/martlet-hostile", "\(container.bundle)/rootfs/data")
        container.spec.mounts?.append(
            Mount(destination: "/data", type: "bind", source: "source", options: ["bind"]))
        #expect(try container.run() == "inside")
        #expect(access("/etc/martlet-hostile", F_OK) != 0)
        #expect(access("\(container.bundle)/rootfs/etc/martlet-hostile", F_OK) == 0)
    }

    @Test(arguments: ["/etc", "../rootfs/etc", "/proc"])
    func procIsNotMountedThroughALink(target: String) throws {
        let container = try Container()
        container.spec.mounts = [Mount(destination: "/sneaky", type: "proc", source: "proc")]
        try makeDirectories("\(container.bundle)/rootfs/etc")
        try makeDirectories("\(container.bundle)/rootfs/proc")
        symlink(target, "\(container.bundle)/rootfs/sneaky")
        #expect(try container.failure().contains("mounts[0] (/sneaky): proc must be mounted on an ordinary directory"))
    }

    @Test(arguments: ["/proc/sys", "/proc", "/alias/self"])
    func nothingIsMountedOverTheKernelsFiles(destination: String) throws {
        let container = try Container()
        try makeDirectories("\(container.bundle)/rootfs/proc/self")
        try makeDirectories("\(container.bundle)/source")
        symlink("proc", "\(container.bundle)/rootfs/alias")
        container.spec.mounts?.insert(
            Mount(destination: destination, type: "bind", source: "source", options: ["bind"]), at: 0)
        #expect(try container.failure().contains("(\(destination)): cannot be mounted because it is inside /proc"))
    }

    @Test func filesOfProcThatAreAboutTheNodeMayBeReplaced() throws {
        let container = try Container("cat /proc/uptime")
        try container.put("42.00 42.00\n", at: "uptime")
        container.spec.mounts?.append(
            Mount(destination: "/proc/uptime", type: "bind", source: "uptime", options: ["bind", "ro"]))
        #expect(try container.run() == "42.00 42.00\n")
    }

    @Test func aTmpfsTakesTheModeOfWhatItCoversAndCopiesItUp() throws {
        let container = try Container(
            "stat -c %a /covered /fresh; cat /covered/sub/file; readlink /covered/link; stat -c %a%u /covered/sub/file")
        try container.put("kept", at: "rootfs/covered/sub/file", mode: 0o640)
        chown("\(container.bundle)/rootfs/covered/sub/file", 7, 7)
        symlink("/etc/passwd", "\(container.bundle)/rootfs/covered/link")
        chmod("\(container.bundle)/rootfs/covered", 0o711)
        container.spec.mounts? += [
            Mount(destination: "/covered", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "nosuid"]),
            Mount(destination: "/fresh", type: "tmpfs", source: "tmpfs"),
        ]
        #expect(try container.run() == "711\n1777\nkept/etc/passwd\n6407\n")
    }

    @Test func aReadOnlyTmpfsIsSo() throws {
        let container = try Container("touch /dev/new; touch /locked/new; echo ok > /dev/null && echo ok")
        container.spec.mounts?[1].options?.append("ro")
        container.spec.mounts?.append(Mount(destination: "/locked", type: "tmpfs", options: ["ro"]))
        let output = try container.run()
        #expect(output.contains("/dev/new: Read-only") && output.contains("/locked/new: Read-only"))
        #expect(output.hasSuffix("ok\n"))
    }

    @Test func aReadOnlyRootIsSoAndWhatIsMountedOnItIsNot() throws {
        let container = try Container("touch /new; touch /run/new && echo ok")
        container.spec.root?.readonly = true
        container.spec.process?.cwd = "/made/for/it"
        let output = try container.run()
        #expect(output.contains("/new: Read-only file system") && output.hasSuffix("ok\n"))
    }

    @Test func maskedAndReadOnlyPathsAreSo() throws {
        let container = try Container(
            "cat /proc/timer_list; ls /sys/firmware; echo 1 > /proc/sys/vm/swappiness; cat /masked; ls /hidden; touch /fixed/a"
        )
        try container.put("secret", at: "rootfs/masked")
        try container.put("secret", at: "rootfs/hidden/file")
        try makeDirectories("\(container.bundle)/rootfs/fixed")
        container.spec.linux?.maskedPaths? += ["/masked", "/hidden", "/there/is/none"]
        container.spec.linux?.readonlyPaths? += ["/fixed", "/there/is/none"]
        let output = try container.run()
        #expect(!output.contains("secret") && !output.contains("file\n"))
        #expect(output.contains("swappiness: Read-only") && output.contains("/fixed/a: Read-only"))
        #expect(output.split(separator: "\n").count == 2, "\(output)")
    }

    @Test func aFalseNullDeviceDoesNotCoverTheMaskedPaths() throws {
        let container = try Container()
        container.spec.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
        try container.put("", at: "rootfs/dev/null")
        #expect(try container.failure().contains("/dev/null: mknodat /dev/null: File exists"))
    }

    @Test func theCgroupsAreShownReadOnly() throws {
        let container = try Container("ls /sys/fs/cgroup; touch /sys/fs/cgroup/pids/x")
        container.spec.linux?.namespaces?.append(Namespace(type: .cgroup))
        container.spec.mounts?.append(
            Mount(
                destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
                options: ["nosuid", "noexec", "nodev", "relatime", "ro"]))
        let output = try container.run()
        #expect(output.contains("memory\n") && output.contains("pids\n") && output.contains("Read-only"), "\(output)")
    }

    @Test func theCgroupsAreShownWithoutACgroupNamespace() throws {
        let container = try Container("ls /sys/fs/cgroup/pids; mount")
        container.spec.mounts?.append(
            Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "ro"]))
        let output = try container.run()
        #expect(
            output.contains("cgroup.procs") && output.contains("pids type cgroup (ro,nosuid,nodev,noexec"), "\(output)")
    }

    @Test func anIDMappedMountShowsTheMappedOwner() throws {
        let container = try Container("stat -c %u /data/file")
        try container.put("a", at: "data/file")
        chown("\(container.bundle)/data/file", 1000, 1000)
        var mount = Mount(destination: "/data", type: "bind", source: "data", options: ["bind", "idmap"])
        mount.uidMappings = [IDMapping(containerID: 0, hostID: 5000, size: 65536)]
        mount.gidMappings = [IDMapping(containerID: 0, hostID: 5000, size: 65536)]
        container.spec.mounts?.append(mount)
        #expect(try container.run().trimmed == "6000")
    }

    @Test func aSourceThatIsMissingIsNamed() throws {
        let container = try Container()
        container.spec.mounts?.append(
            Mount(destination: "/data", type: "bind", source: "/there/is/none", options: ["rbind"]))
        let failure = try container.failure()
        #expect(failure.hasPrefix("systemCall 2 mounts[7] (/data): open /there/is/none: No such file"), "\(failure)")
    }

    @Test func optionsThatTheFilesystemRefusesAreNamed() throws {
        let container = try Container()
        container.spec.mounts?.append(Mount(destination: "/data", type: "tmpfs", options: ["rubbish=1"]))
        #expect(try container.failure().hasPrefix("systemCall 22 mounts[7] (/data): mount /data: Invalid argument"))
    }
}
