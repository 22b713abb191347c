import CRIClient
import Foundation
import Testing

extension Integration {
    /// ExecSync, which is what the kubelet's exec probes and preStop hooks are.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodExecTests {
        private let tool = Image.guest("tool.wasm")

        @Test func aProbeOfAGuestIsAModule() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let good = try await guest.exec("/tool.wasm", "print", "alive")
                #expect(good.status == 0 && good.stdout == "alive\n" && good.stderr.isEmpty, "\(good)")
                let bad = try await guest.exec("/tool.wasm", "exit", "3")
                #expect(bad.status == 3, "\(bad)")
                let noisy = try await guest.exec("/tool.wasm", "complain", "not yet")
                #expect(noisy.stdout.isEmpty && noisy.stderr == "not yet\n", "\(noisy)")
                await #expect(throws: CRIError.self) { try await guest.exec("/missing.wasm") }
                #expect(try await guest.status.state == .containerRunning)
            }
        }

        @Test func aProbeOfANativeContainerIsANativeProgramAsTheContainersUser() async throws {
            try await withPod { pod in
                let native = try await pod.start("native", .busybox, "sh", "-c", "echo ready; exec busybox sleep 1000")
                {
                    $0.linux.securityContext.runAsUser.value = 1234
                    $0.workingDir = "/tmp"
                    var environment = CRIKeyValue()
                    environment.key = "COLOUR"
                    environment.value = "green"
                    $0.envs.append(environment)
                }
                try await native.says("ready")
                let outcome = try await native.exec(
                    "/bin/busybox", "sh", "-c", "busybox id -u; busybox pwd; echo $COLOUR; exit 5")
                #expect(outcome.status == 5 && outcome.stdout == "1234\n/tmp\ngreen\n", "\(outcome)")
            }
        }

        /// What a probe's time-out ends is the probe alone.
        @Test func aProbeThatTakesTooLongIsKilled() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                await #expect(throws: CRIError.self) { try await guest.exec("/tool.wasm", "spin", seconds: 1) }
                let shim = try #require(pod.shims.first)
                let process = try await guest.process
                try await eventually("the end of the probe") {
                    shim.children.allSatisfy { child in
                        child.pid == process.pid || (try? child.arguments.contains("spin")) != true
                    }
                }
                #expect(try await guest.exec("/tool.wasm", "print", "alive").stdout == "alive\n")
            }
        }

        /// Probes of all containers come side by side, for as long as the pod lives.
        @Test func manyProbesLeaveNothingInTheShim() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                let native = try await pod.start("native", .busybox, "sleep", "1000")
                try await guest.says("ready")
                let shim = try #require(pod.shims.first)
                // The first may open what stays open.
                _ = try await guest.exec("/tool.wasm", "print", "0")
                _ = try await native.exec("/bin/busybox", "echo", "0")
                try await eventually("the end of the first") { shim.children.count == 4 }
                let before = try shim.openFiles.count
                for _ in 0..<4 {
                    try await withThrowingTaskGroup { group in
                        for number in 1...4 {
                            group.addTask {
                                let outcome = try await guest.exec("/tool.wasm", "print", "\(number)")
                                #expect(outcome.stdout == "\(number)\n" && outcome.status == 0, "\(outcome)")
                            }
                            group.addTask {
                                let outcome = try await native.exec("/bin/busybox", "echo", "\(number)")
                                #expect(outcome.stdout == "\(number)\n" && outcome.status == 0, "\(outcome)")
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                // Its engine, the sandbox and the two containers.
                try await eventually("the end of the probes") { shim.children.count == 4 }
                try await eventually("the shim's files as before") { try shim.openFiles.count <= before }
            }
        }

        @Test func aContainerThatHasEndedHasNoProbes() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "exit", "0")
                try await guest.ended()
                await #expect(throws: CRIError.self) { try await guest.exec("/tool.wasm", "print", "no") }
            }
        }
    }
}
