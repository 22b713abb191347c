import FoundationEssentials
import Glibc
import LinuxSystem
import OCISpec
import Testing

/// Hooks, terminals, devices, seccomp and guests.
@Suite(.makesContainers, .serialized) struct StageTests {
    @Test func createContainerHooksSeeTheContainersNamespacesAndTheHostsFiles() throws {
        let container = try Container()
        let seen = "\(container.bundle)/seen"
        container.spec.hooks = Hooks()
        container.spec.hooks?.createRuntime = [container.hook("true")]
        container.spec.hooks?.createContainer = [
            container.hook(
                "cat > \(seen); readlink /proc/self/ns/mnt > \(seen).ns; ls \(container.bundle)/rootfs/dev > \(seen).dev"
            )
        ]
        try container.createWhole()
        #expect(container.lines.contains("hooks"))
        let pid = try #require(container.initPID)
        let state = try decodeJSON(ContainerState.self, from: Data(try readText(seen).utf8), file: nil)
        #expect(state.status == .creating && state.pid == pid && state.bundle == container.bundle)
        #expect(try readText("\(seen).ns").trimmed == link("/proc/\(pid)/ns/mnt"))
        #expect(try readText("\(seen).dev").contains("null"))
    }

    @Test func startContainerHooksRunInTheContainerAtStart() throws {
        let container = try Container("cat /hooked")
        container.spec.hooks = Hooks()
        container.spec.hooks?.startContainer = [
            Hook(
                path: "/bin/sh", args: ["sh", "-c", "cat > /hooked; echo $$ $A >> /hooked"], env: ["PATH=/bin", "A=b"])
        ]
        try container.createWhole()
        #expect(access("\(container.bundle)/rootfs/hooked", F_OK) != 0)
        container.start()
        #expect(container.waitFor("exit 0"))
        #expect(
            container.containerOutput.contains("\"status\":\"created\"") && container.containerOutput.contains(" b\n"))
    }

    @Test func aHookThatFailsIsNamedWithWhatItSaid() throws {
        let container = try Container()
        container.spec.hooks = Hooks()
        container.spec.hooks?.createContainer = [
            container.hook("true"), container.hook("echo no such luck >&2; exit 3"),
        ]
        #expect(
            try container.failure()
                == "hook 0 hooks.createContainer[1] (/bin/sh): exit status 3: no such luck")
    }

    @Test func aHookThatTakesTooLongIsKilled() throws {
        let container = try Container()
        container.spec.hooks = Hooks()
        container.spec.hooks?.createContainer = [container.hook("sleep 100", timeout: 1)]
        #expect(try container.failure().contains("killed after 1 s, its timeout"))
    }

    @Test func aTerminalIsTheContainersOwn() throws {
        let container = try Container("tty; ls -l /dev/console; busybox stty size; echo x > /dev/tty")
        container.spec.process?.terminal = true
        container.spec.process?.consoleSize = ConsoleSize(height: 25, width: 80)
        try container.create()
        try #require(container.waitFor("created"), "\(container.lines)")
        #expect(container.lines.contains("console"))
        container.start()
        #expect(container.waitFor("exit 0"))
        let shown = container.lines.joined()
        #expect(shown.contains("/dev/pts/0") && shown.contains("25 80") && shown.contains("136,"), "\(shown)")
    }

    @Test func aTerminalWithoutDevptsIsRefused() throws {
        let container = try Container()
        container.spec.process?.terminal = true
        container.spec.mounts?.removeAll { $0.destination == "/dev/pts" }
        try container.put("", at: "rootfs/dev/pts/ptmx")
        #expect(try container.failure().contains("process.terminal: "))
    }

    @Test func devicesHaveTheirNumberModeAndOwner() throws {
        let container = try Container(
            "stat -c '%t %T %a %u %g' /dev/mine /dev/deep/null; readlink /dev/ptmx; readlink /dev/fd")
        container.spec.linux?.devices = [
            Device(type: "c", path: "/dev/mine", major: 1, minor: 5, fileMode: 0o620, uid: 7, gid: 8),
            Device(type: "c", path: "/dev/deep/null", major: 1, minor: 3),
        ]
        #expect(try container.run() == "1 5 620 7 8\n1 3 666 0 0\npts/ptmx\n/proc/self/fd\n")
    }

    @Test(arguments: [true, false])
    func theSeccompProfileIsInForce(noNewPrivileges: Bool) throws {
        let container = try Container("cat /proc/self/status; busybox chmod 700 /bin; busybox uname")
        container.spec.process?.noNewPrivileges = noNewPrivileges
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
        profile.syscalls = [
            SeccompRule(names: ["chmod", "fchmodat"], action: "SCMP_ACT_ERRNO", errnoRet: UInt32(EXFULL))
        ]
        container.spec.linux?.seccomp = profile
        let output = try container.run()
        #expect(output.contains("Seccomp:\t2") && output.contains("Exchange full") && output.contains("Linux"))
    }

    @Test func aGuestRunsInsteadOfTheProgramAndNeedsNoneInTheImage() throws {
        let container = try Container()
        try FileManager.default.removeItem(atPath: "\(container.bundle)/rootfs/bin")
        container.driverEnvironment = ["DRIVER_GUEST=1"]
        #expect(try container.run() == "guest runs\n")
        #expect(container.exitStatus == 7)
    }

    @Test(arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
    func aGuestEndsOnASignalThoughItIsTheFirstProcess(signal: Int32, status: Int32) throws {
        let container = try Container()
        container.driverEnvironment = ["DRIVER_GUEST=wait"]
        try container.createWhole()
        container.start()
        try #require(container.waitFor("running"))
        kill(try #require(container.initPID), signal)
        #expect(container.waitFor("exit \(status)"))
    }

    @Test func aGuestHasOnlyTheStandardStreams() throws {
        let container = try Container()
        container.driverEnvironment = ["DRIVER_GUEST=wait"]
        try container.createWhole()
        container.start()
        try #require(container.waitFor("running"))
        let pid = try #require(container.initPID)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").sorted() == ["0", "1", "2"])
        #expect(try container.status("NoNewPrivs") == "1")
    }

    @Test func aCreatedContainerEndsOnSIGTERM() throws {
        let container = try Container()
        try container.createWhole()
        kill(try #require(container.initPID), SIGTERM)
        container.start()
        #expect(container.waitFor("exit 143"))
    }

    @Test func aGuestIsUnderBothFiltersAndItsProfileMayForbidNearlyEverything() throws {
        let container = try Container()
        container.driverEnvironment = ["DRIVER_GUEST=1"]
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ERRNO")
        profile.syscalls = [
            SeccompRule(names: ["write", "exit_group", "rt_sigreturn", "close"], action: "SCMP_ACT_ALLOW")
        ]
        container.spec.linux?.seccomp = profile
        #expect(try container.run() == "guest runs\n")
        #expect(container.exitStatus == 7)

        let waiting = try Container()
        waiting.driverEnvironment = ["DRIVER_GUEST=wait"]
        waiting.spec.linux?.seccomp = SeccompProfile(defaultAction: "SCMP_ACT_LOG")
        try waiting.createWhole()
        waiting.start()
        try #require(waiting.waitFor("running"))
        #expect(try waiting.status("Seccomp_filters") == "2")
    }
}
