import Foundation
import OCISpec
import Testing

extension Integration {
    /// What is done to a container while it runs.
    @Suite(.needsInstalledTree)
    struct RuntimeControlTests {
        private static let sleep = ["/bin/busybox", "sleep", "1000"]

        @Test func execRunsAProgramInTheContainer() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", Self.sleep) { $0.hostname = "inside" }
                let script = "hostname; echo $NAME; pwd; id -u; id -g; exit 5"
                let outcome = try await runtime.martlet(
                    "exec", "--env", "NAME=value", "--cwd", "/bin", "--user", "1000:1001", "c1", "/bin/busybox", "sh",
                    "-c", script)
                #expect(outcome.stdout == "inside\nvalue\n/bin\n1000\n1001\n", "\(outcome.stderr)")
                #expect(outcome.status == 5)
                let piped = try await runtime.martlet("exec", "c1", "/bin/busybox", "cat", input: "typed")
                #expect(piped.stdout == "typed")
                let terminal = try await runtime.martlet("exec", "-t", "c1", "/bin/busybox", "sh", "-c", "tty")
                #expect(terminal.stdout.hasPrefix("/dev/pts/"))
                let missing = try await runtime.martlet("exec", "c1", "/none")
                #expect(missing.status == 1 && missing.stderr.contains("/none"))
                try await runtime.end("c1")
            }
        }

        @Test func execRunsAModuleInTheContainer() async throws {
            try await RuntimeFixture.run { runtime in
                let bundle = try await runtime.bundle("c1", ["/tool.wasm", "sleep", "1000"])
                #expect(try await runtime.create("c1").status == 0)
                try await runtime.expect("start", "c1")
                let outcome = try await runtime.martlet("exec", "c1", "/tool.wasm", "exit", "4")
                #expect(outcome.status == 4, "\(outcome.stderr)")
                // As podman asks for it.
                let process = Process(args: ["/tool.wasm", "exit", "6"])
                try Data(try encodeJSON(process)).write(to: URL(filePath: "\(bundle)/process.json"))
                let described = try await runtime.martlet(
                    "exec", "--process", "\(bundle)/process.json", "--pid-file", "\(bundle)/exec.pid", "c1")
                #expect(described.status == 6, "\(described.stderr)")
                #expect(pid_t(try String(contentsOfFile: "\(bundle)/exec.pid", encoding: .utf8)) != nil)
                try await runtime.end("c1")
            }
        }

        @Test func whatIsPausedDoesNotRunUntilItIsResumed() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start(
                    "c1", ["/bin/busybox", "sh", "-c", "while :; do echo turn; sleep 0.01; done"])
                try await eventually("its turns") { try runtime.output("c1").contains("turn") }
                try await runtime.expect("pause", "c1")
                #expect(try await runtime.state("c1").status == "paused")
                let before = try runtime.output("c1")
                try await Task.sleep(for: .milliseconds(100))
                #expect(try runtime.output("c1") == before)
                try await runtime.expect("resume", "c1")
                try await eventually("more turns") { try runtime.output("c1").count > before.count }
                // Also what is paused ends.
                try await runtime.expect("pause", "c1")
                try await runtime.end("c1")
            }
        }

        @Test func processesAndUseAreTold() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", ["/bin/busybox", "sh", "-c", "sleep 1000 & sleep 1000; true"])
                let pid = try await runtime.state("c1").pid
                try await eventually("its processes") {
                    let pids = try JSONDecoder().decode(
                        [pid_t].self, from: Data(try await runtime.expect("ps", "--format", "json", "c1").utf8))
                    return pids.count == 3 && pids.contains(pid)
                }
                #expect(try await runtime.expect("ps", "c1").contains("sleep 1000"))
                let stats = try await runtime.expect("events", "--stats", "c1")
                let object = try JSONSerialization.jsonObject(with: Data(stats.utf8)) as? [String: Any]
                let data = object?["data"] as? [String: Any]
                #expect(object?["type"] as? String == "stats" && object?["id"] as? String == "c1")
                #expect((data?["pids"] as? [String: Any])?["current"] as? Int == 3)
                let list = try await runtime.expect("list")
                #expect(list.contains("c1") && list.contains("running") && list.contains("\(pid)"))
                try await runtime.expect("kill", "--all", "c1", "KILL")
                try await runtime.waitForEnd("c1")
                try await runtime.expect("delete", "c1")
            }
        }

        @Test func eventsEndWithTheContainerAndTellOfKillsForWantOfMemory() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start(
                    "c1", ["/bin/busybox", "sh", "-c", "while [ ! -e /go ]; do sleep 0.01; done; tail /dev/zero"]
                ) {
                    $0.linux?.resources?.memory = MemoryResources()
                    $0.linux?.resources?.memory?.limit = 32 << 20
                }
                let events = try Command(
                    RuntimeFixture.program, ["--root", runtime.root, "events", "--interval", "10ms", "c1"],
                    environment: [:])
                try await eventually("the first of the events") { events.stdoutSoFar.contains("stats") }
                #expect(FileManager.default.createFile(atPath: "\(runtime.folder)/c1/rootfs/go", contents: nil))
                let outcome = await events.outcome()
                #expect(outcome.status == 0 && outcome.stdout.contains("\"oom\""), "\(outcome.stdout)")
                try await runtime.expect("delete", "c1")
            }
        }

        @Test func limitsAreChanged() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", Self.sleep)
                try await runtime.expect("update", "--memory", "64MiB", "--pids-limit", "20", "c1")
                let stats = try await runtime.expect("events", "--stats", "c1")
                #expect(stats.contains("\"limit\":\(64 << 20)") && stats.contains("\"limit\":20"))
                let outcome = try await runtime.martlet(
                    "update", "--resources", "-", "c1", input: "{\"memory\": {\"limit\": \(48 << 20)}}")
                #expect(outcome.status == 0, "\(outcome.stderr)")
                #expect(try await runtime.expect("events", "--stats", "c1").contains("\"limit\":\(48 << 20)"))
                try await runtime.end("c1")
            }
        }

        @Test func aNewMemoryLimitReachesWhatTheEngineRuns() async throws {
            try await RuntimeFixture.run { runtime in
                let bundle = try await runtime.bundle("c1", ["/tool.wasm", "grow", "100", "/go"]) {
                    $0.linux?.resources?.memory = MemoryResources()
                    $0.linux?.resources?.memory?.limit = 64 << 20
                }
                let made = try await runtime.create("c1")
                #expect(made.status == 0, "\(made.stderr)")
                try await runtime.expect("start", "c1")
                try await eventually("the guest") { try runtime.output("c1").contains("ready") }
                let exec = try Command(
                    RuntimeFixture.program,
                    ["--root", runtime.root, "exec", "c1", "/tool.wasm", "grow", "100", "/exec"], environment: [:])
                try await eventually("the guest of exec") { exec.stdoutSoFar.contains("ready") }
                try await runtime.expect("update", "--memory", "512MiB", "--memory-swap", "-1", "c1")
                #expect(FileManager.default.createFile(atPath: "\(bundle)/rootfs/exec", contents: nil))
                let outcome = await exec.outcome()
                #expect(outcome.status == 0 && outcome.stdout.contains("grew by 100 MiB"), "\(outcome)")
                #expect(FileManager.default.createFile(atPath: "\(bundle)/rootfs/go", contents: nil))
                try await runtime.waitForEnd("c1")
                #expect(try runtime.output("c1").contains("grew by 100 MiB"))
                try await runtime.expect("delete", "c1")
            }
        }

        @Test func errorsGoToTheLogToo() async throws {
            try await RuntimeFixture.run { runtime in
                let log = "\(runtime.folder)/log"
                let outcome = try await runtime.martlet("--log", log, "--log-format", "json", "start", "none")
                #expect(outcome.status == 1)
                let line =
                    try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: log))) as? [String: Any]
                #expect(line?["level"] as? String == "error")
                #expect((line?["msg"] as? String)?.contains("container does not exist: none") == true)
            }
        }
    }
}
