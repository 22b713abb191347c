import Foundation
import Testing

extension Integration {
    /// podman with `--runtime martlet`, as root.
    @Suite(.needsInstalledTree, .needsPodman)
    struct PodmanTests {
        private struct Statistics: Decodable {
            var name, pids, mem_usage: String
        }

        /// Statistics, pause, another limit and a graceful end of a container that was started. Its process would have ten minutes to
        /// end, so that it ends by its own doing or the test fails.
        private func attend(_ podman: PodmanFixture, _ container: String, endsWith status: Int) async throws {
            let json = try await podman.expect("stats", "--no-stream", "--format", "json", container)
            let statistics = try #require(try JSONDecoder().decode([Statistics].self, from: Data(json.utf8)).first)
            #expect(statistics.name == container && Int(statistics.pids) ?? 0 > 0, "\(statistics)")
            #expect(!statistics.mem_usage.hasPrefix("0B"), "\(statistics)")
            try await podman.expect("pause", container)
            #expect(try await podman.expect("inspect", "--format", "{{.State.Status}}", container) == "paused\n")
            try await podman.expect("unpause", container)
            try await podman.expect("update", "--memory", "64m", container)
            #expect(try await podman.memoryLimit(container) == 64 << 20)
            try await podman.expect("stop", "--time", "600", container)
            let end = try await podman.expect("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", container)
            #expect(end == "exited \(status)\n")
            #expect(try await podman.expect("logs", container).hasPrefix("ready\n"))
            try await podman.expect("rm", container)
            #expect(try await podman.expect("ps", "--all", "--quiet") == "")
        }

        @Test func bothKindsRunWithTheirStreamsAndStatus() async throws {
            try await PodmanFixture.run { podman in
                let hello = try await podman.run(
                    ["--rm", "--entrypoint", "/hello.wasm"], [PodmanFixture.module, "word"])
                #expect(hello.status == 0 && hello.stdout.hasPrefix("hello from C\n"), "\(hello)")
                #expect(hello.stdout.contains("arg: word\n"), "\(hello)")
                #expect(try await podman.run(["--rm"], [PodmanFixture.module, "exit", "7"]).status == 7)
                let trap = try await podman.run(["--rm"], [PodmanFixture.module, "trap"])
                #expect(trap.status == 134 && trap.stderr.contains("wasm backtrace"), "\(trap)")
                let cat = try await podman.run(
                    ["--rm", "--interactive"], [PodmanFixture.module, "cat"], input: "fed\n")
                #expect(cat.status == 0 && cat.stdout == "fed\n", "\(cat)")
                let paths = try await podman.run(
                    ["--rm", "--interactive", "--user", "1000"], [PodmanFixture.module, "streams"], input: "fed\n")
                #expect(paths.stdout == "out fed\n" && paths.stderr == "err fed\n", "\(paths)")

                let native = try await podman.run(
                    ["--rm"], [PodmanFixture.native, "sh", "-c", "echo out; echo err >&2; exit 9"])
                #expect(native.status == 9 && native.stdout == "out\n" && native.stderr == "err\n", "\(native)")
                let missing = try await podman.run(["--rm", "--entrypoint", "/none"], [PodmanFixture.native])
                #expect(missing.status == 127 && missing.stderr.contains("/none"), "\(missing)")
            }
        }

        @Test func aModuleIsAttendedToUntilItsEnd() async throws {
            try await PodmanFixture.run { podman in
                try await podman.start("module", [], [PodmanFixture.module, "sleep"])
                let exec = try await podman.podman("exec", "module", "/tool.wasm", "print", "from exec")
                #expect(exec.status == 0 && exec.stdout == "from exec\n", "\(exec)")
                #expect(try await podman.podman("exec", "module", "/tool.wasm", "exit", "5").status == 5)
                // What conmon has written.
                let id = try await podman.expect("inspect", "--format", "{{.Id}}", "module")
                let logs = try await Command(
                    RuntimeFixture.program, ["logs", id.trimmingCharacters(in: .newlines)],
                    environment: ["PATH": "/usr/bin:/bin"]
                ).outcome()
                #expect(logs.status == 0 && logs.stdout == "ready\n", "\(logs)")
                let missing = try await podman.podman("exec", "module", "/bin/sh")
                #expect(missing.status == 127 && missing.stderr.contains("/bin/sh"), "\(missing)")
                try await attend(podman, "module", endsWith: 143)
            }
        }

        @Test func aNativeProgramIsAttendedToUntilItsEnd() async throws {
            try await PodmanFixture.run { podman in
                try await podman.start(
                    "native", [],
                    [
                        PodmanFixture.native, "sh", "-c",
                        "trap 'exit 3' TERM; echo ready; while :; do sleep 0.1; done",
                    ])
                let exec = try await podman.podman("exec", "native", "/bin/busybox", "sh", "-c", "echo $PPID; exit 4")
                #expect(exec.status == 4 && exec.stdout == "0\n", "\(exec)")
                let fed = try await podman.podman("exec", "--interactive", "native", "busybox", "cat", input: "fed\n")
                #expect(fed.status == 0 && fed.stdout == "fed\n", "\(fed)")
                try await attend(podman, "native", endsWith: 3)
            }
        }
    }
}
