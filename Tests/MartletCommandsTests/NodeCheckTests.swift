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
        for finding in [node.check().shim, node.check().containerd] + node.check().handlers([]) {
            #expect(finding.verdict == .fair && finding.remedy != nil, "\(finding)")
        }
        try node.write("/usr/local/bin/containerd-shim-martlet-v1", "", mode: 0o755)
        #expect(node.check().shim.found == "/usr/local/bin/containerd-shim-martlet-v1")
        #expect(node.check().shim.verdict == .good)
    }

    @Test(arguments: [
        ("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3", Finding.Verdict.good, "1.6.20"),
        ("containerd github.com/containerd/containerd v1.7.24 88bf19b2", .good, "1.7.24"),
        ("containerd github.com/containerd/containerd/v2 v2.1.9 x", .good, "2.1.9"),
        ("containerd github.com/containerd/containerd v1.5.18 x", .fair, "1.5.18"), ("nonsense", .fair, "--version"),
    ])
    func containerdIsJudgedByItsVersion(words: String, verdict: Finding.Verdict, version: String) throws {
        let node = Node()
        try node.write("/run/containerd/containerd.sock", "")
        let finding = try containerd(node, says: words).containerd
        #expect(finding.verdict == verdict && finding.found.contains(version), "\(finding)")
        try FileManager.default.removeItem(atPath: "\(node.root)/run/containerd/containerd.sock")
        #expect(node.check().containerd.verdict == .fair)
    }

    /// A node whose containerd answers anything so.
    private func containerd(_ node: Node, says words: String, succeeds: Bool = true) throws -> NodeCheck {
        try node.write("/usr/bin/containerd", "", mode: 0o755)
        let ask = MachineProgram { path, _, _ in
            path == "/usr/bin/containerd" ? MachineProgram.Answer(succeeded: succeeds, output: words) : nil
        }
        return NodeCheck(root: node.root, release: "6.1.0", user: 0, ask: ask)
    }

    @Test func warningsOfAProgramAreNotItsOutput() throws {
        let words = ["-c", "echo warned >&2; echo said"]
        #expect(MachineProgram().run("/bin/sh", words, onlyOutput: true)?.output == "said\n")
        #expect(MachineProgram().run("/bin/sh", words)?.output == "warned\nsaid\n")
        #expect(MachineProgram().run("/bin/false", [])?.succeeded == false)
        #expect(MachineProgram().run("/none", []) == nil)
    }

    @Test func containerdsConfigurationIsRead() throws {
        let node = Node()
        #expect(node.check().containerdConfiguration().findings.isEmpty)
        let wrong = try containerd(node, says: "warned\ncontainerd: invalid file\n", succeeds: false)
            .containerdConfiguration()
        #expect(wrong.findings.first?.verdict == .bad && wrong.findings.first?.found.contains("invalid") == true)
        let none = try containerd(node, says: "version = 2\ndisabled_plugins = [\"cri\"]\n").containerdConfiguration()
        #expect(none.findings.first?.verdict == .fair && none.runtimes.isEmpty)
        let one = try containerd(
            node,
            says: """
                disabled_plugins = []
                version = 2
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasm]
                  runtime_type = "io.containerd.martlet.v1"
                  runtime_path = ""
                  pod_annotations = ["martlet.dev/*"]
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                """
        ).containerdConfiguration()
        #expect(one.findings.map(\.verdict) == [.good] && one.runtimes.map(\.handler) == ["runc", "wasm"])
        // Of containerd 2, whose strings have the other quotes.
        let other = try containerd(
            node,
            says: """
                version = 3
                [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.wasm]
                  runtime_type = 'io.containerd.runc.v2'
                  runtime_path = '/opt/bin/containerd-shim-martlet-v1'
                """
        ).containerdConfiguration()
        #expect(other.findings.map(\.verdict) == [.good] && other.runtimes.map(\.isOurs) == [true])
    }

    @Test func handlersAreThoseOfMartletAndWantTheirShim() throws {
        let node = Node()
        func runtime(_ type: String, path: String? = nil, _ annotations: [String]) -> ContainerdRuntime {
            ContainerdRuntime(handler: "wasm", type: type, path: path, annotations: annotations)
        }
        let all = ["martlet.dev/*"]
        #expect(node.check().handlers([runtime("io.containerd.runc.v2", all)]).map(\.verdict) == [.fair])
        let martlet = runtime("io.containerd.martlet.v1", all)
        #expect(node.check().handlers([martlet]).map(\.verdict) == [.bad])
        try node.write("/usr/local/bin/containerd-shim-martlet-v1", "", mode: 0o755)
        #expect(node.check().handlers([martlet]).map(\.found) == ["wasm (io.containerd.martlet.v1)"])
        let mute = node.check().handlers([runtime("io.containerd.martlet.v1", [])])
        #expect(mute.map(\.verdict) == [.fair] && mute[0].found.contains("martlet.dev/*"))
        // The other name wants its link.
        let wasmtime = node.check().handlers([runtime("io.containerd.wasmtime.v1", all)])
        #expect(wasmtime.map(\.verdict) == [.bad] && wasmtime[0].found.contains("containerd-shim-wasmtime-v1"))
        let path = "/usr/local/bin/containerd-shim-martlet-v1"
        #expect(node.check().handlers([runtime("io.containerd.runc.v2", path: path, all)]).map(\.verdict) == [.good])
    }

    @Test func namespacesAndControllersThatAreMissingAreSaid() throws {
        let node = Node()
        #expect(node.check().namespaces.verdict == .bad && node.check().controllers.verdict == .fair)
        for kind in ["mnt", "pid", "net", "ipc", "uts", "cgroup", "time"] {
            try node.write("/proc/self/ns/\(kind)", "")
        }
        #expect(node.check().namespaces.verdict == .fair)
        try node.write("/proc/self/ns/user", "")
        #expect(node.check().namespaces.verdict == .good)
        try node.write("/proc/sys/user/max_user_namespaces", "0\n")
        #expect(node.check().namespaces.verdict == .fair)
        for name in ["cpu", "pids", "devices", "freezer"] { try node.write("/sys/fs/cgroup/\(name)/cgroup.procs", "") }
        #expect(node.check().controllers.found == "there is no memory")
        try node.write("/sys/fs/cgroup/memory/cgroup.procs", "")
        #expect(node.check().controllers.verdict == .good)
        try node.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n")
        #expect(node.check().controllers.found == "there is no memory")
        try node.write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
        #expect(node.check().controllers.verdict == .good)
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
