import FoundationEssentials
import Glibc
import LinuxSystem
import OCISpec
import Testing

@Suite(.makesContainers, .serialized) struct ProcessTests {
    @Test func theFiveCapabilitySetsAreThoseOfTheSpecification() throws {
        let container = try Container()
        var sets = Capabilities()
        sets.bounding = ["CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW", "CAP_SETUID"]
        sets.permitted = ["CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"]
        sets.effective = ["CAP_KILL", "CAP_CHOWN"]
        sets.inheritable = ["CAP_KILL", "CAP_NET_RAW"]
        sets.ambient = ["CAP_KILL"]
        container.spec.process?.capabilities = sets
        container.spec.process?.user = User(uid: 1000, gid: 1000)
        try container.createWhole()
        #expect(try container.status("CapBnd") == "00000000000020a1")
        #expect(try container.status("CapPrm") == "0000000000002021")
        #expect(try container.status("CapEff") == "0000000000000021")
        #expect(try container.status("CapInh") == "0000000000002020")
        #expect(try container.status("CapAmb") == "0000000000000020")
    }

    @Test func withoutCapabilitiesThereAreNone() throws {
        let container = try Container()
        container.spec.process?.capabilities = nil
        try container.createWhole()
        for set in ["CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"] {
            #expect(try container.status(set) == "0000000000000000", "\(set)")
        }
    }

    @Test func aCapabilityThatTheNodeLacksIsNamed() throws {
        let lacking = CapabilitySet(rawValue: (1 << 41) - 1).subtracting(try ProcessCapabilities.permitted()).names
        guard let name = lacking.first else { return }
        let container = try Container()
        container.spec.process?.capabilities?.permitted = [name]
        #expect(try container.failure().contains("has not got \(name)"))
    }

    @Test func userGroupsAndUmaskAreThoseOfTheSpecification() throws {
        let container = try Container("umask; id -G")
        var user = User(uid: 1000, gid: 2000)
        user.additionalGids = [5, 3000]
        user.umask = 0o027
        container.spec.process?.user = user
        try container.createWhole()
        #expect(try container.status("Uid") == "1000\t1000\t1000\t1000")
        #expect(try container.status("Gid") == "2000\t2000\t2000\t2000")
        #expect(try container.status("Groups") == "5 3000")
        #expect(try container.status("Umask") == "0027")
        container.start()
        #expect(container.waitFor("exit 0"))
        #expect(container.containerOutput.hasPrefix("0027\n"))
    }

    @Test func theUmaskIs0022UnlessItIsSaid() throws {
        let container = try Container()
        try container.createWhole()
        #expect(try container.status("Umask") == "0022")
    }

    @Test func limitsAreThoseOfTheSpecification() throws {
        let container = try Container()
        container.spec.process?.rlimits = [
            ResourceLimit(type: "RLIMIT_NOFILE", soft: 99, hard: 100),
            ResourceLimit(type: "RLIMIT_CORE", soft: 0, hard: 7),
        ]
        try container.createWhole()
        let limits = try container.procFile("limits").split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        #expect(limits.contains("Max open files 99 100 files"))
        #expect(limits.contains("Max core file size 0 7 bytes"))
    }

    @Test(arguments: [(true, "1"), (false, "0")])
    func noNewPrivilegesIsAsTheSpecificationSays(wanted: Bool, found: String) throws {
        let container = try Container()
        container.spec.process?.noNewPrivileges = wanted
        try container.createWhole()
        #expect(try container.status("NoNewPrivs") == found)
    }

    @Test func theOOMScoreIsAdjusted() throws {
        let container = try Container()
        container.spec.process?.oomScoreAdj = 321
        try container.createWhole()
        #expect(try container.procFile("oom_score_adj") == "321\n")
    }

    @Test func schedulingAndIOPriorityAreSet() throws {
        let container = try Container("busybox ionice")
        container.spec.process?.scheduler = try decodeJSON(
            Scheduler.self, from: Data(#"{"policy":"SCHED_BATCH","nice":5}"#.utf8), file: nil)
        container.spec.process?.ioPriority = try decodeJSON(
            IOPriority.self, from: Data(#"{"class":"IOPRIO_CLASS_BE","priority":6}"#.utf8), file: nil)
        try container.createWhole()
        // Fields 19 and 41 of proc(5).
        let fields = try container.procFile("stat").split(separator: " ")
        #expect(fields[18] == "5" && fields[40] == "3")
        container.start()
        #expect(container.waitFor("exit 0"))
        #expect(container.containerOutput == "best-effort: prio 6\n")
    }

    @Test func thirtyTwoBitPersonalityIsSet() throws {
        let container = try Container("busybox uname -m")
        container.spec.linux?.personality = try decodeJSON(
            Personality.self, from: Data(#"{"domain":"LINUX32"}"#.utf8), file: nil)
        let expected = try Container("busybox uname -m").run() == "x86_64\n" ? "i686\n" : "armv8l\n"
        #expect(try container.run() == expected)
    }

    @Test func theEnvironmentIsTheSpecificationsAndHome() throws {
        let container = try Container()
        container.spec.process?.args = ["busybox", "env"]
        container.spec.process?.env = ["PATH=/bin", "A=1"]
        container.spec.process?.user = User(uid: 1000, gid: 0)
        try container.put("root:x:0:0::/root:\nuser:x:1000:0::/home/user:/bin/sh\n", at: "rootfs/etc/passwd")
        #expect(try container.run() == "PATH=/bin\nA=1\nHOME=/home/user\n")
        container.spec.process?.env = ["PATH=/bin", "HOME=/elsewhere"]
    }

    @Test func homeIsTheRootForAUserThatIsNotKnown() throws {
        let container = try Container("echo $HOME")
        container.spec.process?.user = User(uid: 4242, gid: 0)
        // A passwd that can't be read to its end hangs nobody.
        try makeDirectories("\(container.bundle)/rootfs/etc")
        try #require(mkfifo("\(container.bundle)/rootfs/etc/passwd", 0o644) == 0)
        #expect(try container.run() == "/\n")
    }

    @Test func theWorkingDirectoryIsMadeAndEntered() throws {
        let container = try Container("busybox pwd")
        container.spec.process?.cwd = "/some/where"
        #expect(try container.run() == "/some/where\n")
    }

    /// Denies what is asked to know where the working directory is.
    private var noQuestion: SeccompProfile {
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
        profile.syscalls = [SeccompRule(names: ["getcwd"], action: "SCMP_ACT_ERRNO")]
        return profile
    }

    @Test func theWorkingDirectoryIsEnteredUnderAFilterThatDoesNotLetItBeAskedFor() throws {
        let container = try Container("readlink /proc/self/cwd")
        container.spec.process?.cwd = "/some/where"
        container.spec.process?.noNewPrivileges = false
        container.spec.linux?.seccomp = noQuestion
        #expect(try container.run() == "/some/where\n")
    }

    @Test(arguments: ["/proc/self/fd/7", "/proc/self/fd/9/../..", "/proc/1/cwd"], [false, true])
    func aWorkingDirectoryCanNotBeOneOfTheHosts(path: String, isFiltered: Bool) throws {
        let container = try Container("busybox pwd; ls")
        if isFiltered {
            container.spec.process?.noNewPrivileges = false
            container.spec.linux?.seccomp = noQuestion
        }
        symlink(path, "\(container.bundle)/rootfs/way-out")
        container.spec.process?.cwd = "/way-out"
        #expect(try container.failure().contains("process.cwd: "))
    }

    @Test func onlyTheStandardStreamsAreOpen() throws {
        let container = try Container("ls /proc/self/fd")
        // ls itself holds the directory open as 3.
        #expect(try container.run() == "0\n1\n2\n3\n")
    }

    @Test func theHostsNullDeviceIsNotGivenToTheContainer() throws {
        let container = try Container("readlink /proc/self/fd/0; stat -L -c %d /proc/self/fd/0; stat -c %d /dev")
        let lines = try container.run().split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "/dev/null" && lines[1] == lines[2])
    }

    @Test func signalsAreAsAtTheBeginning() throws {
        let container = try Container()
        container.spec.process?.args = ["cat", "/proc/self/status"]
        let output = try container.run()
        #expect(output.contains("SigBlk:\t0000000000000000"))
        #expect(output.contains("SigIgn:\t0000000000000000"))
    }

    @Test func theSessionKeyringIsTheContainersOwn() throws {
        let container = try Container("cat /proc/keys")
        container.spec.linux?.maskedPaths = nil
        let output = try container.run()
        #expect(output.contains("_ses.\(splitLast(container.bundle).last ?? "")"), "\(output)")
    }

    @Test func aProgramThatIsMissingFailsAtCreate() throws {
        let container = try Container()
        container.spec.process?.args = ["foo"]
        #expect(
            try container.failure() == "notFound 2 process.args[0]: exec: \"foo\": executable file not found in $PATH")
    }

    @Test func aPathThatIsMissingFailsAtCreate() throws {
        let container = try Container()
        container.spec.process?.args = ["/foo"]
        #expect(try container.failure().hasSuffix("exec: \"/foo\": stat /foo: no such file or directory"))
    }

    @Test func aFileThatIsNotExecutableFailsAtCreate() throws {
        let container = try Container()
        try container.put("text", at: "rootfs/bin/text")
        container.spec.process?.args = ["text"]
        #expect(try container.failure() == "systemCall 13 process.args[0]: exec: \"text\": permission denied")
        let folder = try Container()
        folder.spec.process?.args = ["/bin"]
        #expect(try folder.failure().hasSuffix("exec: \"/bin\": is a directory"))
    }

    @Test func aFileOfNoKnownFormatFailsAtStart() throws {
        let container = try Container()
        try container.put("text", at: "rootfs/bin/text", mode: 0o755)
        container.spec.process?.args = ["text"]
        #expect(try container.failure(afterStart: true).hasPrefix("systemCall 8 process.args[0]: exec /bin/text: Exec"))
    }

    @Test func theExitStatusIsThatOfTheProgram() throws {
        let container = try Container("exit 42")
        _ = try container.run()
        #expect(container.exitStatus == 42)
    }

    @Test func theProcessIsDumpableAgainAfterExecAndNotBefore() throws {
        let container = try Container()
        container.spec.process?.user = User(uid: 1000, gid: 1000)
        try container.createWhole()
        var found = Glibc.stat()
        #expect(stat("/proc/\(try #require(container.initPID))/environ", &found) == 0 && found.st_uid == 0)
    }
}
