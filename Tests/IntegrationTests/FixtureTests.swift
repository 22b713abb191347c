import Foundation
import Testing

extension Integration {
    /// The fixture against runc, which is known to be right: what fails here is no fault of Martlet.
    @Suite(.leavesNothing)
    struct FixtureTests {
        private let busybox = container(.busybox).runtime("io.containerd.runc.v2")

        @Test func stdoutStderrAndStatusAreTold() async throws {
            let outcome = try await busybox.args("sh", "-c", "echo out; echo err >&2; exit 7").run()
            #expect(outcome.stdout == "out\n")
            #expect(outcome.stderr.contains("err\n"))
            #expect(outcome.status == 7)
        }

        @Test func stdinIsFedToItsEnd() async throws {
            #expect(try await busybox.args("cat").stdin("some\nlines\n").run().stdout == "some\nlines\n")
        }

        @Test func aRunningContainerCanBeLookedAtAndEnded() async throws {
            let running = try await busybox.args("sh", "-c", "echo ready; exec busybox sleep 1000").start()
            try await running.says("ready")
            let facts = ProcessFacts(pid: try await running.pid)
            #expect(facts.isAlive)
            #expect(try facts.cgroups["memory"]?.hasSuffix("/\(running.id)") == true)
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
        }

        @Test func theCensusSeesWhatARunningContainerHas() async throws {
            let containerd = try await PrivateContainerd.shared
            let before = try await Census.of(containerd)
            let running = try await busybox.args("sh", "-c", "echo ready; exec busybox sleep 1000").start()
            try await running.says("ready")
            let more = try await Census.of(containerd).subtracting(before)
            #expect(more.processes.count >= 2)
            #expect(!more.mounts.isEmpty && !more.cgroups.isEmpty && !more.files.isEmpty)
            #expect(more.sockets.count == 1)
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }
    }
}
