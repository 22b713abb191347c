import Foundation
import Testing

@testable import MartletCommands

struct NodeCheckTests {
    /// A machine's files in a folder.
    private final class Node {
        let root = NSTemporaryDirectory() + "/martlet-node-\(UUID().uuidString)"

        deinit { try? FileManager.default.removeItem(atPath: root) }

        func write(_ path: String, _ text: String, mode: Int = 0o644) throws {
            let file = URL(filePath: root + path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path())
        }

        func check(release: String = "6.1.0-18-amd64", user: UInt32 = 0) -> NodeCheck {
            NodeCheck(root: root, release: release, user: user)
        }
    }

    @Test(arguments: [
        ("6.1.0-18-amd64", Finding.Verdict.good), ("5.12.0", .good), ("5.10.0-30-cloud", .fair), ("5.4.0", .bad),
        ("4.19", .bad), ("unknown", .fair),
    ])
    func kernelsAreJudgedByTheirRelease(release: String, verdict: Finding.Verdict) {
        #expect(Node().check(release: release).kernel.verdict == verdict)
    }

    @Test func whoMayMakeContainersIsKnownByItsCapabilities() throws {
        let node = Node()
        #expect(node.check(user: 1000).privileges.verdict == .bad)
        try node.write("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n")
        #expect(node.check().privileges.verdict == .good)
        try node.write("/proc/self/status", "CapEff:\t000001fffeffffff\n")
        #expect(node.check().privileges.verdict == .fair)
        try node.write("/proc/self/status", "CapEff:\t00000000a80425fb\n")
        let finding = node.check().privileges
        #expect(finding.verdict == .bad && finding.found.contains("CAP_SYS_ADMIN") && finding.remedy != nil)
    }

    @Test func whatTheKernelLacksIsSaid() throws {
        let node = Node()
        #expect(node.check().seccomp.verdict == .bad && node.check().fileSystems.verdict == .bad)
        #expect(node.check().cgroups.verdict == .bad && node.check().ptrace.verdict == .good)
        try node.write("/proc/sys/kernel/seccomp/actions_avail", "kill_process errno allow\n")
        try node.write("/proc/sys/kernel/yama/ptrace_scope", "3\n")
        try node.write("/proc/filesystems", "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevpts\nnodev\tmqueue\n")
        #expect(node.check().seccomp.verdict == .good && node.check().fileSystems.verdict == .fair)
        #expect(node.check().ptrace.verdict == .fair)
    }

    @Test func whatIsInstalledIsFound() throws {
        let node = Node()
        for finding in [node.check().shim, node.check().containerd, node.check().handler] {
            #expect(finding.verdict == .fair && finding.remedy != nil, "\(finding)")
        }
        try node.write("/usr/local/bin/containerd-shim-martlet-v1", "", mode: 0o755)
        try node.write("/usr/bin/containerd", "", mode: 0o755)
        try node.write("/run/containerd/containerd.sock", "")
        let runtimes = "# io.containerd.wasmtime.v1\n  runtime_type = \"io.containerd.martlet.v1\"\n"
        try node.write("/etc/containerd/config.toml", runtimes)
        #expect(node.check().shim.verdict == .good && node.check().containerd.verdict == .good)
        #expect(node.check().handler.found == "io.containerd.martlet.v1")
    }

    @Test func aWrongConfigurationAndAnOpenCacheAreSaid() throws {
        let node = Node()
        #expect(node.check().configuration.verdict == .good && node.check().cache.verdict == .good)
        try node.write("/etc/martlet/config.toml", "systemd_cgroup = true\n")
        #expect(node.check().configuration.verdict == .bad)
        try node.write("/run/systemd/system/x", "")
        #expect(node.check().configuration.verdict == .good)
        try node.write("/etc/martlet/config.toml", "x = 1\n")
        #expect(node.check().configuration.verdict == .bad)
        try node.write("/etc/martlet/config.toml", "[cache]\ndirectory = \"/cache\"\n")
        try node.write("/cache/x", "")
        chmod("\(node.root)/cache", 0o777)
        #expect(node.check().cache.verdict == .bad)
    }
}
