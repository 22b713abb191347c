import ContainerdAPI
import Foundation
import Glibc
import LinuxSystem
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

@testable import ShimBench

extension Integration {
    /// Pods without a pause container: the sandbox API, as containerd 2 with `sandboxer = "shim"` calls it.
    @Suite(.needsInstalledTree)
    struct ShimSandboxTests {
        private func namespace(_ kind: String, of pid: pid_t) throws -> String {
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\(kind)")
        }

        @Test func aPodsNamespacesAreHeldByAProcessOfTheShim() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create { $0.linux.sysctls = ["kernel.shm_rmid_forced": "1"] }
                #expect(try await sandbox.status.state == "SANDBOX_NOTREADY")
                let pid = try await sandbox.start()
                let status = try await sandbox.status
                #expect(status.state == "SANDBOX_READY" && pid_t(status.pid) == pid)
                for kind in ["pid", "ipc", "uts", "net", "mnt"] {
                    #expect(try namespace(kind, of: pid) != namespace(kind, of: getpid()), "\(kind)")
                }
                let text = try readText("/proc/\(pid)/status")
                #expect(text.contains("NSpid:\t\(pid)\t1\n") && text.contains("CapEff:\t0000000000000000\n"))
                #expect(text.contains("Uid:\t65535\t65535"))
                // Lower than the shim's own only where the shim may.
                let shim = try await sandbox.container.shim.pid
                let score = try readText("/proc/\(pid)/oom_score_adj")
                #expect(try score == "-998\n" || score == readText("/proc/\(shim)/oom_score_adj"))
                #expect(
                    try ProcessFacts(pid: pid).cgroups.values.contains {
                        $0.hasSuffix("/\(pod.namespace)/\(sandbox.id)")
                    })
                let platform = try await sandbox.call(SandboxMethod.platform, .with { $0.sandboxID = sandbox.id })
                #expect(platform.platform.os == "linux" && !platform.platform.architecture.isEmpty)
                let metrics = try await sandbox.call(SandboxMethod.metrics, .with { $0.sandboxID = sandbox.id })
                #expect(metrics.metrics.data.typeURL.hasPrefix("io.containerd.cgroups.v"))
                async let end = sandbox.call(SandboxMethod.wait, .with { $0.sandboxID = sandbox.id })
                try await sandbox.stop()
                #expect(try await end.exitStatus == 137)
                #expect(try await sandbox.status.state == "SANDBOX_NOTREADY")
                try await sandbox.shutdown()
            }
        }

        @Test func containersShareThePodsNamespacesAndFiles() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create()
                let pid = try await sandbox.start()
                let script = """
                    b=/bin/busybox; $b hostname; $b cat /etc/hostname /etc/resolv.conf /proc/1/comm; \
                    echo shared >/dev/shm/word; $b cat /proc/sys/net/ipv4/ip_unprivileged_port_start; \
                    $b sleep 1000
                    """
                let first = try sandbox.member(["/bin/busybox", "sh", "-c", script], of: pid)
                try await first.create()
                let firstPid = try await first.start()
                try await first.says("\n0\n")
                #expect(
                    try first.stdout == """
                        pod-\(sandbox.id)\npod-\(sandbox.id)\nnameserver 192.0.2.53\nmartlet-sandbox\n0

                        """)
                for kind in ["pid", "ipc", "uts", "net"] {
                    #expect(try namespace(kind, of: pid) == namespace(kind, of: firstPid), "\(kind)")
                }
                let second = try sandbox.member(["/bin/busybox", "cat", "/dev/shm/word"], of: pid)
                try await second.create()
                try await second.start()
                try await second.says("shared")
                try await second.wait()
                try await second.delete()
                // As containerd asks of a container's shim: there is a sandbox.
                try await second.shutdown()
                let guest = try sandbox.member(["/tool.wasm", "print", "guest"], of: pid)
                try await guest.create()
                try await guest.start()
                try await guest.says("guest")
                try await guest.wait()
                try await guest.delete()
                try await sandbox.stop()
                #expect(try await first.wait().exitStatus == 137, "its pid namespace has ended")
                try await first.delete()
                try await sandbox.shutdown()
            }
        }

        @Test func orphansOfAPodAreReaped() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create()
                let pid = try await sandbox.start()
                // The inner shell ends at once, and leaves its child to the pod's first process.
                let script = """
                    /bin/busybox sh -c '/bin/busybox sleep 0.3 & echo done'; exec /bin/busybox sleep 1000
                    """
                let container = try sandbox.member(["/bin/busybox", "sh", "-c", script], of: pid)
                try await container.create()
                try await container.start()
                try await container.says("done")
                try await eventually("the orphan") { !Descendants.children(of: pid).isEmpty }
                try await eventually("the orphan's end") { Descendants.children(of: pid).isEmpty }
                try await sandbox.shutdown()
            }
        }

        @Test func shutdownEndsAPodThatStillRuns() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create()
                let pid = try await sandbox.start()
                let container = try sandbox.member(["/tool.wasm", "sleep"], of: pid) {
                    // Of its own: it does not end with the pod's.
                    $0.linux?.namespaces?.removeAll { $0.type == .pid }
                }
                try await container.create()
                try await container.start()
                try await sandbox.shutdown()
            }
        }

        /// It is forked from the engine, whose memory it would keep.
        @Test func aPodsProcessKeepsNoMoreThanAFewPages() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create()
                let facts = ProcessFacts(pid: try await sandbox.start())
                try await eventually("its memory to be given back") {
                    let resident = try facts.status["VmRSS"]?.split(separator: " ").first.flatMap { Int($0) }
                    return try #require(resident) < 100  // kB
                }
                #expect(try facts.arguments.last == sandbox.id)
                async let end = sandbox.call(SandboxMethod.wait, .with { $0.sandboxID = sandbox.id })
                kill(facts.pid, SIGTERM)
                #expect(try await end.exitStatus == 128 + UInt32(SIGTERM))
                try await sandbox.shutdown()
            }
        }

        @Test func theDeathOfTheSandboxesProcessIsToldAndLeavesThePodManageable() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create()
                let pid = try await sandbox.start()
                async let end = sandbox.call(SandboxMethod.wait, .with { $0.sandboxID = sandbox.id })
                kill(pid, SIGKILL)
                #expect(try await end.exitStatus == 137)
                #expect(try await sandbox.status.state == "SANDBOX_NOTREADY")
                try await sandbox.stop()
                try await sandbox.shutdown()
            }
        }

        @Test func aSandboxThatCannotBeMadeSaysWhyAndLeavesNothing() async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                let said = try await refusal {
                    try await sandbox.create { $0.linux.sysctls = ["kernel.panic": "1"] }
                }
                #expect(said.code == .invalidArgument && said.message.contains("kernel.panic"), "\(said)")
                #expect(!FileManager.default.fileExists(atPath: "\(sandbox.container.folder)/pod"))
                try await sandbox.shutdown()
            }
        }

        /// containerd 2 calls `delete` for the sandbox alone.
        @Test(arguments: [false, true]) func whatADeadShimLeftOfAPodIsClearedAway(started: Bool) async throws {
            try await ShimPod.run { pod in
                let sandbox = try DirectSandbox(in: pod)
                try await sandbox.create()
                var pids: [pid_t] = []
                if started {
                    pids.append(try await sandbox.start())
                    let container = try sandbox.member(["/tool.wasm", "sleep"], of: pids[0]) {
                        $0.linux?.namespaces?.removeAll { $0.type == .pid }
                    }
                    pids.append(try await container.create())
                    try await container.start()
                }
                let shim = try await sandbox.container.shim
                kill(shim.pid, SIGKILL)
                try await eventually("the shim's end") { !shim.isAlive }
                _ = try sandbox.container.deleteDead()
                for pid in pids { try await eventually("the end of \(pid)") { !ProcessFacts(pid: pid).isAlive } }
                // It may be asked again.
                _ = try sandbox.container.deleteDead()
            }
        }
    }
}
