import Foundation
import Testing

extension Integration {
    /// `martlet logs` of containers that containerd knows nothing of.
    @Suite(.needsInstalledTree)
    struct RuntimeLogTests {
        @Test func theFilesOfAContainersStreamsAreItsLog() async throws {
            try await RuntimeFixture.run { runtime in
                let script = "echo out; echo err >&2; while [ ! -e /stop ]; do sleep 0.05; done; printf last"
                try await runtime.start("c1", ["/bin/busybox", "sh", "-c", script])
                try await eventually("its output") { try runtime.output("c1") == "out\n" }
                let both = try await runtime.martlet("logs", "c1")
                #expect(both.status == 0 && both.stdout == "out\n" && both.stderr == "err\n", "\(both)")
                #expect(try await runtime.martlet("logs", "--stderr", "c1").stdout == "")
                let following = try Command(
                    RuntimeFixture.program, ["--root", runtime.root, "logs", "-f", "--tail", "0", "c1"],
                    environment: ["PATH": "/usr/bin:/bin"])
                try await Task.sleep(for: .milliseconds(100))
                try "".write(toFile: "\(runtime.folder)/c1/rootfs/stop", atomically: false, encoding: .utf8)
                let followed = await following.outcome()
                // It may have begun when all was written.
                #expect(followed.status == 0 && ["last", ""].contains(followed.stdout), "\(followed)")
                try await runtime.waitForEnd("c1")
                #expect(try await runtime.martlet("logs", "c1").stdout == "out\nlast")
                #expect(try await runtime.martlet("logs", "-n", "1", "c1").stdout == "last")
                try await runtime.expect("delete", "c1")
                let gone = try await runtime.martlet("logs", "--address", "/none", "c1")
                #expect(gone.status == 1 && gone.stderr.contains("no container c1"), "\(gone)")
            }
        }

        @Test func whatLeadsNowhereOrIsReadByOthersIsTold() async throws {
            try await RuntimeFixture.run { runtime in
                let bundle = try await runtime.bundle("c1", ["/tool.wasm", "sleep"])
                let start = "\"$0\" --root \"$1\" run --detach --bundle \(bundle) c1"
                func shell(_ script: String) throws -> Command {
                    try Command(
                        "/bin/sh", ["-c", script, RuntimeFixture.program, runtime.root],
                        environment: ["PATH": "/usr/bin:/bin"])
                }
                #expect(await (try shell("\(start) >/dev/null 2>&1")).outcome().status == 0)
                let nowhere = try await runtime.martlet("logs", "c1")
                #expect(nowhere.status == 1 && nowhere.stderr.contains("null device"), "\(nowhere)")
                try await runtime.end("c1")

                let reading = try shell("{ \(start) 2>/dev/null </dev/null; } | cat")
                try await eventually("its output") { reading.stdoutSoFar.contains("ready") }
                let read = try await runtime.martlet("logs", "c1")
                #expect(read.status == 1 && read.stderr.contains("which cat (pid "), "\(read)")
                try await runtime.end("c1")
                #expect(await reading.outcome().status == 0)
            }
        }
    }
}
