import CLinux
import Glibc
import LinuxSystem
import OCISpec
import Seccomp
import SystemPackage
import Testing

// Root or not: no_new_privs is set by `compiled`.
private func compiled(
    _ action: String, on names: [String], errnoRet: UInt32? = nil, args: [SeccompArgument]? = nil,
    defaultAction: String = "SCMP_ACT_ALLOW"
) throws -> SeccompFilter {
    var profile = SeccompProfile(defaultAction: defaultAction)
    profile.listenerPath = "/run/agent.sock"
    profile.syscalls = [SeccompRule(names: names, action: action, errnoRet: errnoRet, args: args)]
    _ = martlet_prctl(38, 1, 0, 0, 0)
    return try #require(try SeccompFilter.compile(profile))
}

/// Each action, as the kernel does it.
@Suite struct EnforcementTests {
    @Test func errnoIsWhatTheProfileNames() async {
        await #expect(processExitsWith: .success) {
            let filter = try compiled("SCMP_ACT_ERRNO", on: ["mkdir", "mkdirat"], errnoRet: UInt32(EXDEV))
            #expect(underFilters(filter) { failure { mkdir("/tmp", 0o700) } } == .exited(EXDEV))
            let plain = try compiled("SCMP_ACT_ERRNO", on: ["mkdir", "mkdirat"])
            #expect(underFilters(plain) { failure { mkdir("/tmp", 0o700) } } == .exited(EPERM))
            #expect(underFilters(plain) { failure { chdir("/tmp") } } == .exited(0))
        }
    }

    @Test(arguments: ["SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"])
    func killingActionsEndInSIGSYS(action: String) async {
        await #expect(processExitsWith: .success) { [action] in
            let filter = try compiled(action, on: ["mkdir", "mkdirat"])
            #expect(underFilters(filter) { failure { mkdir("/tmp", 0o700) } } == .killed(SIGSYS))
            #expect(underFilters(filter) { failure { chdir("/tmp") } } == .exited(0))
        }
    }

    @Test func loggedCallsPassAndTracedOnesNeedATracer() async {
        await #expect(processExitsWith: .success) {
            let logged = try compiled("SCMP_ACT_LOG", on: ["chdir"])
            #expect(underFilters(logged) { failure { chdir("/tmp") } } == .exited(0))
            let traced = try compiled("SCMP_ACT_TRACE", on: ["chdir"], errnoRet: 7)
            #expect(underFilters(traced) { failure { chdir("/tmp") } } == .exited(ENOSYS))
        }
    }

    @Test func aConditionLooksAtAllSixtyFourBits() async {
        await #expect(processExitsWith: .success) {
            let high = SeccompArgument(index: 1, value: 0x1_0000_0002, op: "SCMP_CMP_EQ")
            let filter = try compiled("SCMP_ACT_ERRNO", on: ["lseek"], errnoRet: UInt32(EXDEV), args: [high])
            #expect(
                underFilters(filter) { failure { lseek(0, 0x1_0000_0002, SEEK_SET) } == EXDEV ? 0 : 1 } == .exited(0))
            #expect(underFilters(filter) { failure { lseek(0, 2, SEEK_SET) } == EXDEV ? 1 : 0 } == .exited(0))
        }
    }

    @Test func theStrictestOfTwoFiltersDecides() async {
        await #expect(processExitsWith: .success) {
            let soft = try compiled("SCMP_ACT_ERRNO", on: ["chdir"])
            let hard = try compiled("SCMP_ACT_KILL_PROCESS", on: ["chdir"])
            #expect(underFilters(soft, hard) { failure { chdir("/tmp") } } == .killed(SIGSYS))
            #expect(underFilters(hard, soft) { failure { chdir("/tmp") } } == .killed(SIGSYS))
        }
    }

    @Test func aListenerAnswersForTheKernel() async {
        await #expect(processExitsWith: .success) {
            let filter = try compiled("SCMP_ACT_NOTIFY", on: ["chdir"])
            #expect(filter.notifies)
            var sockets: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &sockets) == 0)
            let child = martlet_fork()
            if child == 0 {
                guard let listener = try? filter.install() else { _exit(255) }
                var byte: UInt8 = 0
                guard martlet_send_descriptors(sockets[1], &byte, 1, [listener], 1) == 1 else { _exit(254) }
                _exit(failure { chdir("/nowhere") })
            }
            var byte: UInt8 = 0
            var listener: Int32 = -1
            var count = 0
            var truncated: Int32 = 0
            try #require(martlet_receive_descriptors(sockets[0], &byte, 1, &listener, 1, &count, &truncated) == 1)
            try #require(count == 1)

            var request = seccomp_notif()
            // SECCOMP_IOCTL_NOTIF_RECV and SECCOMP_IOCTL_NOTIF_SEND.
            try #require(ioctl(listener, 0xc050_2100, &request) == 0)
            #expect(request.pid == UInt32(child))
            var answer = seccomp_notif_resp()
            answer.id = request.id
            answer.error = -EXDEV
            try #require(ioctl(listener, 0xc018_2101, &answer) == 0)
            var status: Int32 = 0
            waitpid(child, &status, 0)
            #expect(status >> 8 & 0xff == EXDEV)
        }
    }

    @Test func withoutPrivilegeTheRemedyIsNamed() async {
        await #expect(processExitsWith: .success) {
            guard getuid() == 0 else { return }
            let filter = try SeccompFilter.builtIn(.guest)
            let pid = martlet_fork()
            if pid == 0 {
                _ = martlet_setresuid(65534)
                do {
                    try filter.install()
                    _exit(1)
                } catch let error as SystemCallError {
                    _exit(error.errno.rawValue == EACCES && error.remedy != nil ? 0 : 2)
                } catch {
                    _exit(3)
                }
            }
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            #expect(status == 0)
        }
    }
}
