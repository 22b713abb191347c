import CLinux
import Glibc
import OCISpec
import Seccomp
import Testing

/// Compiled and ready to be installed by anybody.
private func builtIn(
    _ profile: BuiltInProfile, _ denial: BuiltInProfile.Denial = .errno
) throws -> SeccompFilter {
    _ = martlet_prctl(38, 1, 0, 0, 0)
    return try SeccompFilter.builtIn(profile, denial: denial)
}

private func mapping(_ protection: Int32) -> Int32 {
    mmap(nil, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0
}

private func socketFailure(_ family: Int32, _ type: UInt32, _ number: Int32 = 0) -> Int32 {
    failure { socket(family, Int32(type), number) }
}

@Suite struct BuiltInProfileTests {
    @Test(arguments: ["guest", "compiler"])
    func nothingIsExecutedMountedOrTraced(name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            let filter = try builtIn(name == "guest" ? .guest : .compiler)
            let sleep = ["/bin/true".withCString { strdup($0) }, nil]
            #expect(underFilters(filter) { failure { execve("/bin/true", sleep, nil) } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { mount("none", "/tmp", "tmpfs", 0, nil) } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { martlet_unshare(0x0400_0000) } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { martlet_fork() } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { kill(getppid(), 0) } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { setuid(65534) } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { chroot("/") } } == .exited(EPERM))
            #expect(
                underFilters(filter) { Int32(martlet_join_session_keyring("x") == -1 ? errno : 0) } == .exited(EPERM))
            #expect(underFilters(filter) { failure { socket(AF_UNIX, 1, 0) } } == .exited(EPERM))
            var limit = rlimit(rlim_cur: 10, rlim_max: 10)
            #expect(
                underFilters(filter) { failure { setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) } } == .exited(EPERM))
            #expect(underFilters(filter) { failure { getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) } } == .exited(0))
        }
    }

    @Test func aGuestGetsNoExecutableMemory() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.guest)
            #expect(underFilters(filter) { mapping(PROT_READ | PROT_WRITE) } == .exited(0))
            #expect(underFilters(filter) { mapping(PROT_READ | PROT_EXEC) } == .exited(EPERM))
            let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            #expect(underFilters(filter) { failure { mprotect(page, 4096, PROT_NONE) } } == .exited(0))
            #expect(underFilters(filter) { failure { mprotect(page, 4096, PROT_READ | PROT_EXEC) } } == .exited(EPERM))
        }
    }

    @Test func theCompilerGetsExecutableMemoryThatIsNotWritable() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.compiler)
            let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            #expect(underFilters(filter) { failure { mprotect(page, 4096, PROT_READ | PROT_EXEC) } } == .exited(0))
            #expect(underFilters(filter) { failure { mprotect(page, 4096, 7) } } == .exited(EPERM))
            #expect(underFilters(filter) { mapping(PROT_READ | PROT_EXEC) } == .exited(EPERM))
        }
    }

    @Test func theCompilerOpensNothing() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.compiler)
            #expect(underFilters(filter) { failure { open("/etc/passwd", O_RDONLY) } } == .exited(EPERM))
            #expect(underFilters(filter) { socketFailure(AF_INET, SOCK_STREAM.rawValue) } == .exited(EPERM))
            #expect(underFilters(filter) { failure { unlink("/tmp/none") } } == .exited(EPERM))
        }
    }

    @Test func aGuestsSocketsAreTCPAndUDP() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.guest)
            let (stream, datagram, raw) = (SOCK_STREAM.rawValue, SOCK_DGRAM.rawValue, SOCK_RAW.rawValue)
            let flags = SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
            #expect(underFilters(filter) { socketFailure(AF_INET, stream | flags) } == .exited(0))
            #expect(underFilters(filter) { socketFailure(AF_INET, datagram | flags, 17) } == .exited(0))
            #expect(underFilters(filter) { socketFailure(AF_INET, raw, 1) } == .exited(EPERM))
            #expect(underFilters(filter) { socketFailure(AF_INET, datagram, 1) } == .exited(EPERM))
            #expect(underFilters(filter) { socketFailure(AF_INET, stream, 262) } == .exited(EPERM))
            #expect(underFilters(filter) { socketFailure(AF_NETLINK, raw) } == .exited(EPERM))
            #expect(underFilters(filter) { socketFailure(AF_PACKET, raw) } == .exited(EPERM))
            #expect(underFilters(filter) { socketFailure(40, stream) } == .exited(EPERM))
        }
    }

    @Test func socketOptionsEndBeforeFiltersAndUpperLayers() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.guest)
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            func set(_ level: Int32, _ option: Int32) -> Ending {
                var one: Int32 = 1
                return underFilters(filter) { failure { setsockopt(socket, level, option, &one, 4) } }
            }
            #expect(set(SOL_SOCKET, SO_REUSEADDR) == .exited(0))
            #expect(set(Int32(IPPROTO_TCP), TCP_NODELAY) == .exited(0))
            #expect(set(Int32(IPPROTO_IP), IP_TTL) == .exited(0))
            #expect(set(SOL_SOCKET, SO_ATTACH_FILTER) == .exited(EPERM))
            // TCP_ULP, IPT_SO_SET_REPLACE.
            #expect(set(Int32(IPPROTO_TCP), 31) == .exited(EPERM))
            #expect(set(Int32(IPPROTO_IP), 64) == .exited(EPERM))
        }
    }

    @Test func aGuestsFilesAndNameLookUpWork() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.guest)
            #expect(underFilters(filter) { failure { open("/etc/hosts", O_RDONLY | O_CLOEXEC) } } == .exited(0))
            #expect(underFilters(filter) { failure { rmdir("/nowhere") } } == .exited(ENOENT))
            #expect(
                underFilters(filter) {
                    var found: UnsafeMutablePointer<addrinfo>?
                    return getaddrinfo("localhost", "80", nil, &found) == 0 ? 0 : 1
                } == .exited(0))
        }
    }

    /// As the engine opens a path, and as the handler does.
    @Test func aGuestsOpensAreTrappedAndAnswered() async {
        await #expect(processExitsWith: .success) {
            let folder = "/tmp/martlet-opens.\(getpid())"
            mkdir(folder, 0o700)
            symlink("/proc/self/fd/1", "\(folder)/stdout")
            symlink("/etc/hostname", "\(folder)/out")
            defer { for each in ["\(folder)/stdout", "\(folder)/out", folder] { remove(each) } }
            let directory = open(folder, O_RDONLY | O_DIRECTORY)
            func opened(_ path: String, _ flags: Int32, answered: Bool = true) -> Ending {
                underFilters(filter) {
                    if answered, martlet_answer_trapped_opens() != 0 { return 1 }
                    // RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS.
                    let file = martlet_openat2(directory, path, UInt64(flags), 0, 0x0a)
                    if file < 0 { return errno }
                    var (found, own) = (stat(), stat())
                    guard fstat(file, &found) == 0, fstat(1, &own) == 0 else { return 1 }
                    return found.st_dev == own.st_dev && found.st_ino == own.st_ino ? 0 : 1
                }
            }
            let filter = try builtIn(.guest)
            #expect(opened("stdout", O_WRONLY, answered: false) == .killed(SIGSYS))
            #expect(opened("stdout", O_WRONLY) == .exited(0))
            #expect(opened("./stdout", O_WRONLY | O_CREAT | O_TRUNC) == .exited(0))
            #expect(opened("stdout", O_WRONLY | O_NOFOLLOW) == .exited(ELOOP))
            #expect(opened("out", O_WRONLY) == .exited(EXDEV))
            #expect(opened("none", O_RDONLY) == .exited(ENOENT))
        }
    }

    /// Appending falls back to write(2), then, which pipes have.
    @Test(
        .enabled("needs x86_64") {
            #if arch(x86_64)
                true
            #else
                false
            #endif
        }, arguments: BuiltInProfile.allCases, [BuiltInProfile.Denial.errno, .log])
    func nothingIsAppendedAtAnOffset(profile: BuiltInProfile, denial: BuiltInProfile.Denial) throws {
        let program = try SeccompFilter.builtIn(profile, denial: denial).program
        #expect(verdict(program, on: Call(architecture: Call.x86_64, number: 328)) == 0x0005_0000 | UInt32(ENOSYS))
    }

    @Test func threadsStartAndAbortAborts() async {
        await #expect(processExitsWith: .success) {
            for profile in BuiltInProfile.allCases {
                let filter = try builtIn(profile)
                #expect(
                    underFilters(filter) {
                        var thread = pthread_t()
                        let status = pthread_create(&thread, nil, { _ in nil }, nil)
                        return status != 0 ? status : pthread_join(thread, nil)
                    } == .exited(0))
                #expect(underFilters(filter) { abort() } == .killed(SIGABRT))
            }
        }
    }

    @Test func theSpecificationsFilterGoesOnTop() async {
        await #expect(processExitsWith: .success) {
            var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
            profile.syscalls = [SeccompRule(names: ["fsync"], action: "SCMP_ACT_ERRNO", errnoRet: UInt32(EXDEV))]
            let own = try #require(try SeccompFilter.compile(profile))
            let filter = try builtIn(.guest)
            #expect(underFilters(filter, own) { failure { fsync(0) } } == .exited(EXDEV))
            #expect(underFilters(filter, own) { failure { chroot("/") } } == .exited(EPERM))
        }
    }

    @Test func loggedDenialsPass() async {
        await #expect(processExitsWith: .success) {
            let filter = try builtIn(.guest, .log)
            #expect(underFilters(filter) { failure { kill(getpid(), 0) } } == .exited(0))
            #expect(underFilters(filter) { mapping(PROT_READ | PROT_EXEC) } == .exited(0))
        }
    }
}
