import Foundation
import Testing

extension Integration {
    /// Exec as a user asks for it: `ctr tasks exec`.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ExecTests {
        private func exec(_ running: RunningContainer, _ id: String, _ words: String...) async throws -> Outcome {
            try await running.containerd.ctr(
                ["tasks", "exec", "--fifo-dir", running.containerd.fifos, "--exec-id", id, running.id] + words)
        }

        @Test func aModuleIsRunInAnImageFromScratch() async throws {
            let running = try await container(.guest("tool.wasm")).args("sleep").start()
            try await running.says("ready")
            let print = try await exec(running, "e1", "/tool.wasm", "print", "probed")
            #expect(print.status == 0 && print.stdout == "probed\n", "\(print)")
            let exit = try await exec(running, "e1", "/tool.wasm", "exit", "9")
            #expect(exit.status == 9, "\(exit)")
            let missing = try await exec(running, "e2", "/missing.wasm")
            #expect(missing.status != 0 && missing.stderr.contains("no such file"), "\(missing)")
            let gone = try await exec(running, "e3", "sh")
            #expect(gone.status != 0 && gone.stderr.contains("executable file not found"), "\(gone)")
            try await running.kill("SIGTERM")
            #expect(await running.finished().status == 143)
        }

        @Test func aNativeProgramIsRunBesideANativeOne() async throws {
            let running = try await container(.busybox).args("sh", "-c", "echo ready; exec sleep 1000").start()
            try await running.says("ready")
            let outcome = try await exec(running, "e1", "/bin/busybox", "sh", "-c", "echo $PPID; exit 4")
            #expect(outcome.status == 4 && outcome.stdout == "0\n", "\(outcome)")
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
        }
    }
}
