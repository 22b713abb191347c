import Foundation
import Testing

extension Integration {
    /// Containers whose cgroup is a systemd scope.
    @Suite(.needsSystemd, .needsCgroupV2, .needsInstalledTree, .leavesNothing)
    struct SystemdScopeTests {
        private let tool = container(.guest("tool.wasm"))
        private let slice = "/sys/fs/cgroup/martlet.slice/martlet-node.slice"

        /// The unit of this test run of that name.
        private func unit(_ name: String) async throws -> String {
            "\(try await PrivateContainerd.shared.namespace)-\(name).scope"
        }

        private func path(_ name: String) async throws -> String {
            "martlet-node.slice:\(try await PrivateContainerd.shared.namespace):\(name)"
        }

        private func systemctl(_ words: String...) async throws -> String {
            let outcome = try await Command(
                "/usr/bin/systemctl", words, environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
            guard outcome.status == 0 else { throw FixtureError(description: "systemctl \(words): \(outcome.stderr)") }
            return outcome.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private func property(_ name: String, of unit: String) async throws -> String {
            try await systemctl("show", "--property", name, "--value", unit)
        }

        private func file(_ name: String, of unit: String) throws -> String {
            try String(contentsOfFile: "\(slice)/\(unit)/\(name)", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private func expectRemoved(_ unit: String) async throws {
            #expect(!FileManager.default.fileExists(atPath: "\(slice)/\(unit)"))
            #expect(try await property("LoadState", of: unit) == "not-found")
        }

        @Test func aScopeHasTheLimitsInItsFilesAndItsPropertiesEvenWhenSystemdBeginsAnew() async throws {
            let unit = try await unit("limits")
            let running = try await tool.args("sleep").memoryLimit(64 << 20).cpus(0.5)
                .option("--cgroup", try await path("limits")).start()
            try await running.says("ready")
            let pid = try await running.pid
            for command in ["daemon-reload", "daemon-reexec"] {
                #expect(try ProcessFacts(pid: pid).cgroups[""] == "/martlet.slice/martlet-node.slice/\(unit)")
                #expect(try file("cgroup.procs", of: unit) == "\(pid)")
                #expect(try file("memory.max", of: unit) == "\(64 << 20)")
                #expect(try file("cpu.max", of: unit) == "50000 100000")
                #expect(try await property("MemoryMax", of: unit) == "\(64 << 20)")
                #expect(try await property("CPUQuotaPerSecUSec", of: unit) == "500ms")
                #expect(try await property("Slice", of: unit) == "martlet-node.slice")
                #expect(try await property("Delegate", of: unit) == "yes")
                #expect(try await property("DevicePolicy", of: unit) == "strict")
                _ = try await systemctl(command)
            }
            #expect(ProcessFacts(pid: pid).isAlive)
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
            try await expectRemoved(unit)
        }

        @Test func aContainerIsMadeWhileSystemdExecutesItselfAnew() async throws {
            async let reexec = systemctl("daemon-reexec")
            let outcome = try await tool.args("exit", "7").option("--cgroup", try await path("reexec")).run()
            #expect(outcome.status == 7, "\(outcome.stderr)")
            _ = try await reexec
            try await expectRemoved(try await unit("reexec"))
        }

        /// As a shim and its containers that were killed leave it: failed, and empty.
        @Test func aUnitThatWasLeftBehindIsReplaced() async throws {
            let unit = try await unit("left")
            let left = try Command(
                "/usr/bin/systemd-run",
                ["--scope", "--quiet", "--unit", unit, "--slice", "martlet-node.slice", "/bin/sleep", "1000"],
                environment: ["PATH": "/usr/bin:/bin"])
            try await eventually("the scope") { FileManager.default.fileExists(atPath: "\(slice)/\(unit)") }
            let inUse = try await tool.args("exit", "7").option("--cgroup", try await path("left")).run()
            #expect(inUse.status == 1)
            #expect(inUse.stderr.contains("has processes in it already"), "\(inUse.stderr)")
            kill(left.pid, SIGKILL)
            _ = await left.outcome()
            let outcome = try await tool.args("exit", "7").option("--cgroup", try await path("left")).run()
            #expect(outcome.status == 7, "\(outcome.stderr)")
            try await expectRemoved(unit)
        }

        @Test func aPathThatNamesNoUnitIsRefused() async throws {
            let outcome = try await tool.args("exit", "7").option("--cgroup", "martlet--node.slice:a:b").run()
            #expect(outcome.status == 1)
            #expect(outcome.stderr.contains("can't be the name of a slice"), "\(outcome.stderr)")
        }

        @Test func aNativeContainerThatRunsOutOfMemoryIsToldOf() async throws {
            let running = try await container(.busybox)
                .command("/bin/busybox", "sh", "-c", "busybox sleep 1; busybox dd if=/dev/zero of=/dev/null bs=200M")
                .memoryLimit(32 << 20).option("--cgroup", try await path("oom")).start()
            let events = try running.containerd.start(["events"])
            #expect(await running.finished().status != 0)
            try await eventually("the event") { events.stdoutSoFar.contains("/tasks/oom") }
            kill(events.pid, SIGTERM)
            _ = await events.outcome()
            try await expectRemoved(try await unit("oom"))
        }
    }
}
