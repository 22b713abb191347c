import CRIClient
import Foundation
import Testing

extension Integration {
    /// `martlet logs` of containerd's containers, in pods and out of them.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct LogsTests {
        private func words(_ containerd: PrivateContainerd, _ words: [String]) -> [String] {
            ["--root", "\(containerd.folder)/own", "logs", "--containerd-state", "\(containerd.folder)/state"]
                + ["--address", containerd.socket] + words
        }

        private func logs(_ containerd: PrivateContainerd, _ words: String...) async throws -> Outcome {
            try await Command(
                RuntimeFixture.program, self.words(containerd, words), environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
        }

        /// What a pod's container writes: a line of its standard error, one that containerd writes down in parts, and
        /// ten more.
        private static let script = """
            echo err >&2; head -c 40000 /dev/zero | tr '\\0' x; echo
            for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done
            """

        @Test func aPodsLogIsDecoded() async throws {
            try await withPod { pod in
                let started = try await pod.start("app", .busybox, "sh", "-c", Self.script + "\nsleep 1000")
                try await started.says("line 10")
                let whole = try await logs(pod.containerd, started.id)
                #expect(whole.status == 0 && whole.stderr == "err\n", "\(whole)")
                let lines = whole.stdout.split(separator: "\n")
                #expect(lines.count == 11 && lines.first?.count == 40000 && lines.last == "line 10")
                #expect(whole.stdout.hasSuffix("line 10\n"))
                #expect(started.lines().contains { $0.tag == "P" })

                let last = try await logs(pod.containerd, "--stdout", "--tail", "2", String(started.id.prefix(12)))
                #expect(last.stdout == "line 9\nline 10\n" && last.stderr == "", "\(last)")
                let errors = try await logs(pod.containerd, "--stderr", "--timestamps", "app")
                let time = try #require(started.lines().first { $0.stream == "stderr" }?.time)
                #expect(errors.stderr == "\(time) err\n" && errors.stdout == "", "\(errors)")
                #expect(try await logs(pod.containerd, "--since", "2100-01-01T00:00:00Z", "app").stdout == "")
                #expect(try await logs(pod.containerd, "--since", "24h", "app").stdout == whole.stdout)
                let sandbox = try await logs(pod.containerd, pod.id)
                #expect(sandbox.status == 1 && sandbox.stderr.contains(pod.id), "\(sandbox)")
            }
        }

        /// It is what a container that keeps ending is looked at for.
        @Test func aLogIsThereAfterTheContainersEnd() async throws {
            try await withPod { pod in
                let name = "app-\(UUID().uuidString.prefix(8))"
                let script = "mkdir -p /tmp\n" + Self.script + "\nwhile [ ! -e /tmp/stop ]; do sleep 0.05; done; exit 3"
                let started = try await pod.start(name, .busybox, "sh", "-c", script) {
                    // As the kubelet labels it.
                    $0.labels = ["io.kubernetes.container.name": name]
                }
                // containerd writes the log, and a container that ends at once may end before it has done so.
                try await started.says("line 10")
                try await started.exec("/bin/busybox", "touch", "/tmp/stop")
                try await started.ended()
                for word in [started.id, String(started.id.prefix(12)), name] {
                    let outcome = try await logs(pod.containerd, "--follow", "--stdout", "--tail", "1", word)
                    #expect(outcome.status == 0 && outcome.stdout == "line 10\n", "\(word): \(outcome)")
                }
                try FileManager.default.removeItem(atPath: started.log)
                let gone = try await logs(pod.containerd, started.id)
                #expect(gone.status == 1 && gone.stderr.contains("there is no \(started.log)"), "\(gone)")
            }
        }

        /// As the kubelet rotates it: no line is lost, and none comes twice.
        @Test func aLogIsFollowedAcrossRotationToTheContainersEnd() async throws {
            try await withPod { pod in
                let script =
                    "i=0; while [ ! -e /tmp/stop ]; do echo line $i; i=$((i+1)); sleep 0.02; done; echo over $i; "
                    + "while [ ! -e /tmp/end ]; do sleep 0.05; done"
                let started = try await pod.start("app", .busybox, "sh", "-c", "mkdir -p /tmp; " + script)
                try await started.says("line 3\n")
                let following = try Command(
                    RuntimeFixture.program, words(pod.containerd, ["--follow", started.id]),
                    environment: ["PATH": "/usr/bin:/bin"])
                try await eventually("a line") { following.stdoutSoFar.contains("line 4\n") }
                for turn in 1...2 {
                    try FileManager.default.moveItem(atPath: started.log, toPath: "\(started.log).\(turn)")
                    try await pod.cri.reopenLog(started.id)
                    // In the new file.
                    try await eventually("a line in the new file") { started.lines().count > 2 }
                    let line = try #require(started.lines().last).text
                    try await eventually("\(line) to be shown") { following.stdoutSoFar.contains("\(line)\n") }
                }
                try await started.exec("/bin/busybox", "touch", "/tmp/stop")
                try await eventually("the last line") { following.stdoutSoFar.contains("over ") }
                try await started.exec("/bin/busybox", "touch", "/tmp/end")
                let outcome = await following.outcome()
                #expect(outcome.status == 0, "\(outcome.stderr)")
                let lines = outcome.stdout.split(separator: "\n")
                let count = lines.count - 1
                #expect(lines.last == "over \(count)")
                #expect(lines.dropLast().enumerated().allSatisfy { $1 == "line \($0)" }, "\(outcome.stdout)")
                for turn in 1...2 { try FileManager.default.removeItem(atPath: "\(started.log).\(turn)") }
            }
        }

        /// Of a module, too.
        @Test func theFileOfAContainerOutsideOfPodsIsShown() async throws {
            let folder = try HostFolder()
            let file = "\(folder.path)/log"
            let running = try await container(.guest("tool.wasm")).args("sleep").option("--log-uri", "file://\(file)")
                .start()
            try await eventually("its output") { (try? folder.text("log")) == "ready\n" }
            let following = try Command(
                RuntimeFixture.program, words(running.containerd, ["-f", running.id]),
                environment: ["PATH": "/usr/bin:/bin"])
            try await eventually("its output") { following.stdoutSoFar == "ready\n" }
            let timed = try await logs(running.containerd, "--timestamps", running.id)
            #expect(timed.status == 1 && timed.stderr.contains("no times"), "\(timed)")
            let errors = try await logs(running.containerd, "--stderr", running.id)
            #expect(errors.status == 1 && errors.stderr.contains("either stream"), "\(errors)")
            try await running.kill("SIGKILL")
            #expect(await following.outcome().status == 0)
            _ = await running.finished()
        }

        @Test func whoReadsAPipeIsNamed() async throws {
            let running = try await container(.guest("tool.wasm")).args("sleep").start()
            try await running.says("ready")
            let refused = try await logs(running.containerd, running.id)
            #expect(refused.status == 1 && refused.stdout == "", "\(refused)")
            #expect(
                refused.stderr.contains("which ctr (pid \(running.command.pid)) reads")
                    && refused.stderr.contains("--log-uri"), "\(refused)")
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }

        @Test func whatIsNotThereIsToldWithWhatToDo() async throws {
            let containerd = try await PrivateContainerd.shared
            let none = try await logs(containerd, "nobody")
            #expect(none.status == 1 && none.stderr.contains("martlet ps"), "\(none)")
            let name = try await logs(containerd, "a b")
            #expect(name.status == 1 && name.stderr.contains("no name of a container"), "\(name)")
            let silent = try await logs(containerd, "--address", "/none/containerd.sock", "nobody")
            #expect(silent.status == 1 && silent.stderr.contains("/none/containerd.sock"), "\(silent)")
        }
    }
}
