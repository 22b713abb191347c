import FoundationEssentials
import Glibc
import OCISpec
import Testing

@testable import Cgroups

/// A real cgroup of this machine, below `/martlet-test-…`, and the processes that a test puts into it.
final class Fixture {
    let cgroup: any Cgroup
    let place: CgroupPlace
    private var children: [pid_t] = []

    init(_ node: CgroupNode) throws {
        place = try node.place(
            for: CgroupPath("/martlet-test-\(getpid())-\(UInt32.random(in: 0 ... .max))", id: "test"))
        cgroup = place.open()
    }

    /// Runs a shell command that enters the cgroup first.
    func spawn(_ command: String) throws -> pid_t {
        let enter = cgroup.entryFiles.map { "echo 0 > '\($0)' && " }.joined()
        let words = ["sh", "-c", "\(enter)\(command)"]
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        // The threads of the test runner have most signals blocked, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", nil, &attributes, arguments, environ)
        try #require(code == 0)
        children.append(pid)
        return pid
    }

    /// Runs `exec sleep` in the cgroup and waits until it is there.
    func sleeper() throws -> pid_t {
        let pid = try spawn("exec sleep 600")
        try #require(
            eventually { (try? self.cgroup.processes().contains(pid)) == true && self.command(pid) == "sleep" })
        return pid
    }

    /// Waits for a child; negative is the signal that killed it.
    func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        guard waitpid(pid, &status, 0) == pid else { return .min }
        children.removeAll { $0 == pid }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    }

    func command(_ pid: pid_t) -> String? {
        guard case .success(let text) = readFile("/proc/\(pid)/comm") else { return nil }
        return String(trimmed(text))
    }

    func read(_ controller: String, _ file: String) -> String? {
        let directory = place.directories.first { $0.controllers.contains(controller) || place.version == .v2 }
        guard let directory, case .success(let text) = readFile("\(directory.path)/\(file)") else { return nil }
        return String(trimmed(text))
    }

    /// Ends what is left and removes the cgroup; what can't be is a failure of the test.
    func end() {
        try? cgroup.thaw()
        for pid in children {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        children = []
        #expect(throws: Never.self) { try cgroup.remove() }
        #expect(!cgroup.exists)
    }
}

/// Asks again until it is so, for five seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        usleep(5000)
    }
    return false
}

/// What the machine that runs the tests has.
enum Machine {
    static let node = try? CgroupNode.detect()

    static let hasVersion1 = geteuid() == 0 && node.map { $0.layout != .unified } == true

    /// The tree of version 2 of a hybrid node as if it were the only one: it has no controllers, but all the rest.
    static let version2: CgroupNode? = {
        guard let node, geteuid() == 0 else { return nil }
        if node.layout == .unified { return node }
        guard case .success(let text) = readFile("/proc/self/mountinfo") else { return nil }
        guard let mount = cgroupMounts(in: text, below: node.root).first(where: \.isVersion2) else { return nil }
        return CgroupNode(root: mount.mountPoint, isUnified: true, mountinfo: "", ownCgroups: "0::/\n")
    }()
}

extension Trait where Self == ConditionTrait {
    static var needsVersion1: Self {
        .enabled(if: Machine.hasVersion1, "needs root and cgroup version 1, for cgroups of its own")
    }
    static var needsVersion2: Self {
        .enabled(if: Machine.version2 != nil, "needs root and a cgroup2 mount, for cgroups of its own")
    }
}
