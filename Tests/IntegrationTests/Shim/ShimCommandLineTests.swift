import Foundation
import OCISpec
import Testing

extension Integration {
    /// `martlet shim`, `ps` and `top` with a shim that no containerd attends to.
    @Suite(.needsInstalledTree)
    struct ShimCommandLineTests {
        private func martlet(_ pod: ShimPod, _ words: String...) async throws -> Outcome {
            try await Command(
                RuntimeFixture.program, ["--root", "\(pod.folder)/own"] + words,
                environment: ["PATH": "/usr/bin:/bin", "HOME": "/root"]
            ).outcome()
        }

        /// The bundle where containerd would have it.
        private func publish(_ container: DirectContainer, as id: String) throws -> String {
            let state = "\(container.pod.folder)/state"
            let folder = "\(state)/io.containerd.runtime.v2.task/test"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(id)", withDestinationPath: container.folder)
            return state
        }

        @Test func aShimAnswersWhatItIsAsked() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                let pid = try await container.launch()
                try await container.says("ready")
                let state = try publish(container, as: container.id)
                func shim(_ words: String...) async throws -> Outcome {
                    try await Command(
                        RuntimeFixture.program, ["shim", "--containerd-state", state, container.id] + words,
                        environment: ["PATH": "/usr/bin:/bin"]
                    ).outcome()
                }
                let told = try await shim("state")
                #expect(told.stdout.contains("\"status\": \"RUNNING\""), "\(told)")
                #expect(try await shim("pids").stdout.contains("\"pid\": \(pid)"))
                let stats = try await shim("stats")
                #expect(stats.stdout.contains("\"@type\": \"type.googleapis.com/io.containerd.cgroups.v"), "\(stats)")
                #expect(try await shim("connect").stdout.contains("\"taskPid\": \(pid)"))
                for service in ["containerd.task.v2.Task", "containerd.task.v3.Task"] {
                    let called = try await shim("call", service, "State", "{\"id\": \"\(container.id)\"}")
                    #expect(called.stdout.contains("\"pid\": \(pid)"), "\(called)")
                }
                let unknown = try await shim("call", "containerd.task.v2.Task", "Nothing")
                #expect(unknown.status == 1 && unknown.stderr.contains("methods lists them"))
                let wrong = try await shim("call", "containerd.task.v2.Task", "State", "{\"idd\": 1}")
                #expect(wrong.status == 1 && wrong.stderr.contains("containerd.task.v2.StateRequest"), "\(wrong)")
                let exec = try await shim("exec", "/tool.wasm", "print", "from exec")
                #expect(exec.status == 0 && exec.stdout == "from exec\n", "\(exec)")
                #expect(try await shim("exec", "/tool.wasm", "exit", "9").status == 9)
                let missing = try await shim("exec", "/none.wasm")
                #expect(missing.status == 1 && missing.stderr.contains("/none.wasm"), "\(missing)")
                #expect(try await shim("pause").status == 0)
                #expect(try await shim("state").stdout.contains("PAUSED"))
                #expect(try await shim("resume").status == 0)
                #expect(try await shim("kill", "KILL").status == 0)
                #expect(try await shim("wait").stdout.contains("\"exitStatus\": 137"))
                #expect(try await shim("delete").stdout.contains("\"exitStatus\": 137"))
                let gone = try await shim("state")
                #expect(gone.status == 1 && gone.stderr.contains("notFound"), "\(gone)")
                _ = try await shim("shutdown")
            }
        }

        @Test func anAddedProcessHasTheStreamsAndSignalsOfTheCommand() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                _ = try await container.launch()
                try await container.says("ready")
                let state = try publish(container, as: container.id)
                func exec(_ input: String?, _ words: String...) throws -> Command {
                    try Command(
                        RuntimeFixture.program, ["shim", "--containerd-state", state, container.id, "exec"] + words,
                        environment: ["PATH": "/usr/bin:/bin"], input: input.map { Data($0.utf8) }, endsInput: false)
                }
                let cat = try exec("fed\n", "/tool.wasm", "cat")
                try await eventually("what it was fed, while it runs") { cat.stdoutSoFar == "fed\n" }
                #expect(!cat.hasEnded)
                cat.endInput()
                #expect(await cat.outcome().status == 0)

                let sleep = try exec(nil, "/tool.wasm", "sleep")
                try await eventually("its output, while it runs") { sleep.stdoutSoFar == "ready\n" }
                kill(sleep.pid, SIGTERM)
                let ended = await sleep.outcome()
                #expect(ended.status == 143 && ended.stdout == "ready\n", "\(ended)")

                let long = try await exec(nil, "/tool.wasm", "lines", "20000", "100").outcome()
                #expect(long.status == 0 && long.stdout.utf8.count == 2_000_000)
                let loud = try await exec(nil, "/tool.wasm", "complain", "said").outcome()
                #expect(loud.status == 0 && loud.stdout == "" && loud.stderr == "said\n", "\(loud)")
                try await container.end()
            }
        }

        @Test func aShimIsNamedByItsAddressABundleOrAnId() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                let address = try await container.startShim()
                try await container.create()
                for words in [[address], [String(address.dropFirst("unix://".count))], [container.folder]] {
                    let outcome = try await Command(
                        RuntimeFixture.program, ["shim", "--id", container.id] + words + ["state"], environment: [:]
                    ).outcome()
                    #expect(outcome.stdout.contains("CREATED"), "\(words) \(outcome)")
                }
                let none = try await martlet(pod, "shim", "nobody-has-this-id", "state")
                #expect(none.status == 1 && none.stderr.contains("martlet ps"))
                let dead = try await martlet(pod, "shim", "--id", "x", "unix://\(pod.folder)/none.sock", "state")
                #expect(dead.status == 1 && dead.stderr.contains("none.sock"), "\(dead)")
                try await container.end()
            }
        }

        @Test func containersOfTheNodeAreListedWithWhatTheyUse() async throws {
            struct Row: Decodable {
                var id, kind, status: String
                var pod, name, shim: String?
                var pid: pid_t
                var cpu, memory: UInt64?
            }
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"]) { spec in
                    spec.annotations = [
                        "io.kubernetes.cri.sandbox-name": "web", "io.kubernetes.cri.sandbox-namespace": "shop",
                        "io.kubernetes.cri.container-name": "app",
                    ]
                }
                let pid = try await container.launch()
                try await container.says("ready")
                let state = try publish(container, as: container.id)
                let json = try await martlet(pod, "ps", "--containerd-state", state, "--format", "json")
                let rows = try JSONDecoder().decode([Row].self, from: Data(json.stdout.utf8))
                let row = try #require(rows.first, "\(json)")
                #expect(rows.count == 1 && row.id == container.id && row.kind == "module" && row.status == "running")
                #expect(row.pod == "shop/web" && row.name == "app" && row.pid == pid)
                #expect(row.memory ?? 0 > 0 && row.cpu != nil && row.shim == "containerd-shim-martlet-v1")
                let table = try await martlet(pod, "ps", "--containerd-state", state)
                #expect(table.stdout.hasPrefix("POD") && table.stdout.contains("shop/web"))
                let top = try await martlet(
                    pod, "top", "--containerd-state", state, "--interval", "100ms", "--count", "2")
                #expect(
                    top.stdout.components(separatedBy: "CPU%").count == 3 && !top.stdout.contains("\u{1b}"), "\(top)")
                try await container.end()
                // Its bundle is there, and its shim has gone.
                let after = try await martlet(pod, "ps", "--containerd-state", state)
                #expect(after.status == 0 && after.stdout.contains("no answer"), "\(after)")
            }
        }
    }
}
