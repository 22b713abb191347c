import Foundation
import OCISpec
import Testing

extension Integration {
    /// The commands of an OCI runtime and the states between them (runtime.md, "Lifecycle", "Operations").
    @Suite(.needsInstalledTree)
    struct RuntimeLifecycleTests {
        private static let sleep = ["/bin/busybox", "sleep", "1000"]

        @Test func aContainerGoesThroughItsStates() async throws {
            try await RuntimeFixture.run { runtime in
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", "echo ran; exec sleep 1000"]) {
                    $0.annotations = ["com.example.key": "value"]
                }
                let made = try await runtime.create("c1", "--pid-file", "\(bundle)/pid")
                #expect(made.status == 0, "\(made.stderr)")
                let created = try await runtime.state("c1")
                #expect(created.status == "created" && created.bundle == bundle && created.id == "c1")
                #expect(created.annotations == ["com.example.key": "value"])
                #expect(try String(contentsOfFile: "\(bundle)/pid", encoding: .utf8) == "\(created.pid)")
                #expect(ProcessFacts(pid: created.pid).isFirstOfItsNamespace)
                #expect(try runtime.output("c1") == "")

                try await runtime.expect("start", "c1")
                let running = try await runtime.state("c1")
                #expect(running.status == "running" && running.pid == created.pid)
                try await eventually("its output") { try runtime.output("c1") == "ran\n" }

                try await runtime.expect("kill", "c1", "KILL")
                try await runtime.waitForEnd("c1")
                #expect(try await runtime.state("c1").pid == 0)
                try await runtime.expect("delete", "c1")
                let gone = try await runtime.martlet("state", "c1")
                #expect(gone.status == 1 && gone.stderr.contains("container does not exist: c1"))
            }
        }

        @Test func aCreatedModuleWaitsWithNobodyBesideIt() async throws {
            try await RuntimeFixture.run { runtime in
                _ = try await runtime.bundle("c1", ["/hello.wasm"])
                #expect(try await runtime.create("c1").status == 0)
                let pid = try await runtime.state("c1").pid
                #expect(ProcessFacts(pid: pid).isAlive)
                // Its parent is whoever adopts orphans: no process of ours stays.
                let engines = ProcessFacts.all.filter {
                    $0.pid != pid && $0.executable == RuntimeFixture.program && $0.isAlive
                }
                #expect(engines.isEmpty)
                try await runtime.expect("start", "c1")
                try await eventually("its output") { try runtime.output("c1").contains("hello") }
                try await runtime.waitForEnd("c1")
                try await runtime.expect("delete", "c1")
            }
        }

        @Test func whatIsInTheWrongStateIsRefused() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", Self.sleep)
                let again = try await runtime.create("c1")
                #expect(again.status == 1 && again.stderr.contains("container with id exists: c1"))
                for words in [["start", "c1"], ["delete", "c1"], ["resume", "c1"]] {
                    let refused = try await runtime.martlet(words[0], words[1])
                    #expect(refused.status == 1 && refused.stderr.contains("running"), "\(words): \(refused.stderr)")
                }
                #expect(try await runtime.state("c1").status == "running")
                try await runtime.expect("kill", "c1", "9")
                try await runtime.waitForEnd("c1")
                for words in [["start", "c1"], ["kill", "c1"], ["pause", "c1"], ["ps", "c1"]] {
                    let refused = try await runtime.martlet(words[0], words[1])
                    #expect(refused.status == 1 && refused.stderr.contains("stopped"), "\(words): \(refused.stderr)")
                }
                try await runtime.expect("delete", "c1")
                for words in [["start", "c1"], ["kill", "c1"], ["delete", "c1"], ["exec", "c1"]] {
                    let refused = try await runtime.martlet(words[0], words[1], "sh")
                    #expect(refused.status != 0, "\(words)")
                }
                try await runtime.expect("delete", "--force", "c1")
                let badID = try await runtime.martlet("create", "../c1")
                #expect(badID.status == 1 && badID.stderr.contains("expected letters"))
            }
        }

        @Test func aContainerThatWasNotStartedCanBeKilledAndRemoved() async throws {
            try await RuntimeFixture.run { runtime in
                _ = try await runtime.bundle("c1", Self.sleep)
                _ = try await runtime.bundle("c2", ["/hello.wasm"])
                for id in ["c1", "c2"] { #expect(try await runtime.create(id).status == 0) }
                try await runtime.expect("kill", "c1")
                try await runtime.waitForEnd("c1")
                try await runtime.expect("delete", "c1")
                try await runtime.expect("delete", "c2")
            }
        }

        @Test func whatCannotBeMadeLeavesNothingAndSaysWhy() async throws {
            try await RuntimeFixture.run { runtime in
                _ = try await runtime.bundle("c1", ["/no-such-program"])
                let missing = try await runtime.create("c1")
                #expect(missing.status == 1 && missing.stderr.contains("no such file or directory"))
                _ = try await runtime.bundle("c2", Self.sleep) { $0.process?.cwd = "relative" }
                let relative = try await runtime.create("c2")
                #expect(relative.status == 1 && relative.stderr.contains("process.cwd"))
                _ = try await runtime.bundle("c3", Self.sleep) { $0.ociVersion = "2.0.0" }
                let version = try await runtime.create("c3")
                #expect(version.status == 1 && version.stderr.contains("ociVersion"))
                _ = try await runtime.bundle("c4", ["/unknown-import.wat"])
                let module = try await runtime.create("c4")
                #expect(module.status == 1 && !module.stderr.isEmpty)
                #expect(try await runtime.expect("list", "--quiet") == "")
            }
        }

        @Test func theExitStatusOfRunIsTheProgramsAndItIsGoneThen() async throws {
            try await RuntimeFixture.run { runtime in
                let native = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", "cat; exit 7"])
                let outcome = try await runtime.martlet("run", "--bundle", native, "c1", input: "typed\n")
                #expect(outcome.status == 7 && outcome.stdout == "typed\n", "\(outcome.stderr)")
                let wasm = try await runtime.bundle("c2", ["/tool.wasm", "exit", "9"])
                #expect(try await runtime.martlet("run", "-b", wasm, "c2").status == 9)
                let killed = try await runtime.bundle("c3", ["/bin/busybox", "sh", "-c", "kill -9 $$; sleep 1000"]) {
                    $0.linux?.namespaces?.removeAll { $0.type == .pid }
                }
                #expect(try await runtime.martlet("run", "-b", killed, "c3").status == 137)
            }
        }

        @Test func aSignalForRunIsThePrograms() async throws {
            try await RuntimeFixture.run { runtime in
                let script = "trap 'echo got; exit 3' TERM; echo ready; while :; do sleep 0.05; done"
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script])
                let command = try Command(
                    RuntimeFixture.program, ["--root", runtime.root, "run", "--bundle", bundle, "c1"],
                    environment: ["PATH": "/usr/bin:/bin"])
                try await eventually("its start") { command.stdoutSoFar == "ready\n" }
                kill(command.pid, SIGTERM)
                let outcome = await command.outcome()
                #expect(outcome.status == 3 && outcome.stdout == "ready\ngot\n")
            }
        }

        @Test func aDetachedRunIsRemovedByDelete() async throws {
            try await RuntimeFixture.run { runtime in
                let bundle = try await runtime.bundle("c1", Self.sleep)
                let outcome = try await Command(
                    "/bin/sh",
                    [
                        "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", RuntimeFixture.program, "--root", runtime.root,
                        "run",
                        "--detach", "--pid-file", "\(bundle)/pid", "--bundle", bundle, "c1",
                    ], environment: [:]
                ).outcome()
                #expect(outcome.status == 0)
                #expect(try await runtime.state("c1").status == "running")
                try await runtime.end("c1")
            }
        }

        @Test func aTerminalIsShownOnTheCommandsStreams() async throws {
            try await RuntimeFixture.run { runtime in
                let script = "test -t 0 && test -t 1 && echo terminal"
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script]) {
                    $0.process?.terminal = true
                }
                let outcome = try await runtime.martlet("run", "--bundle", bundle, "c1")
                #expect(outcome.status == 0 && outcome.stdout == "terminal\r\n", "\(outcome.stderr)")
                _ = try await runtime.bundle("c2", ["/bin/busybox", "true"]) { $0.process?.terminal = true }
                let nobody = try await runtime.create("c2")
                #expect(nobody.status == 1 && nobody.stderr.contains("--console-socket"))
            }
        }

        @Test func theConfigurationIsThatOfCreate() async throws {
            try await RuntimeFixture.run { runtime in
                let out = try HostFolder()
                let bundle = try await runtime.bundle("c1", Self.sleep) {
                    $0.hooks = Hooks()
                    $0.hooks?.poststop = [
                        Hook(path: "/bin/sh", args: ["sh", "-c", "cat >\(out.path)/state"], env: ["PATH=/bin"])
                    ]
                }
                #expect(try await runtime.create("c1").status == 0)
                try "{}".write(toFile: "\(bundle)/config.json", atomically: true, encoding: .utf8)
                try await runtime.expect("start", "c1")
                try await runtime.end("c1")
                #expect(try out.text("state").contains("\"stopped\""))
            }
        }
    }
}
