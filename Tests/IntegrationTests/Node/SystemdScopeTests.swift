import Foundation
import Testing

extension Integration {
    /// Containers whose cgroup is a systemd scope.
    @Suite(.needsSystemd, .needsCgroupV2, .needsInstalledTree, .leavesNothing)
    struct SystemdScopeTests {
        private let tool = container(.guest("tool.wasm"))

        /// The unit of this test run of that name.
        private func unit(_ name: String) async throws -> ScopeFacts {
            let namespace = try await PrivateContainerd.shared.namespace
            return ScopeFacts(
                unit: "\(namespace)-\(name).scope", slices: ["\(namespace).slice", "\(namespace)-node.slice"])
        }

        private func path(_ name: String) async throws -> String {
            let namespace = try await PrivateContainerd.shared.namespace
            return "\(namespace)-node.slice:\(namespace):\(name)"
        }

        @Test func aScopeHasTheLimitsInItsFilesAndItsPropertiesEvenWhenSystemdBeginsAnew() async throws {
            let unit = try await unit("limits")
            let running = try await tool.args("sleep").memoryLimit(64 << 20).cpus(0.5)
                .option("--cgroup", try await path("limits")).start()
            try await running.says("ready")
            let pid = try await running.pid
            func check(_ when: String) async throws {
                #expect(try ProcessFacts(pid: pid).cgroups[""] == unit.place)
                #expect(try unit.folder.read("cgroup.procs") == "\(pid)")
                #expect(try unit.folder.read("memory.max") == "\(64 << 20)")
                #expect(try unit.folder.read("cpu.max") == "50000 100000")
                let wanted = [
                    "MemoryMax": "\(64 << 20)", "CPUQuotaPerSecUSec": "500ms", "Slice": unit.slices[1],
                    "Delegate": "yes", "DevicePolicy": "strict", "TasksMax": "infinity",
                ]
                #expect(try await unit.properties(wanted.keys.sorted()) == wanted, "\(when)")
            }
            try await check("at first")
            for command in ["daemon-reload", "daemon-reexec"] {
                try await systemctl(command)
                try await check(command)
            }
            #expect(ProcessFacts(pid: pid).isAlive)
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
            try await unit.expectRemoved()
        }

        @Test func aContainerIsMadeWhileSystemdExecutesItselfAnew() async throws {
            async let reexec = systemctl("daemon-reexec")
            let outcome = try await tool.args("exit", "7").option("--cgroup", try await path("reexec")).run()
            #expect(outcome.status == 7, "\(outcome.stderr)")
            _ = try await reexec
            try await unit("reexec").expectRemoved()
        }

        @Test func theScopeOfAShimThatWasKilledIsClearedAway() async throws {
            let unit = try await unit("killed")
            let running = try await tool.args("sleep").option("--cgroup", try await path("killed")).start()
            try await running.says("ready")
            let guest = ProcessFacts(pid: try await running.pid)
            let shim = try #require(try guest.status["PPid"].flatMap { pid_t($0) })
            kill(shim, SIGKILL)
            try await running.removeByHand()
            #expect(!guest.isAlive)
            try await unit.expectRemoved()
        }

        /// As a shim and its containers that were killed leave it: failed, and empty.
        @Test func aUnitThatWasLeftBehindIsReplaced() async throws {
            let unit = try await unit("left")
            let left = try Command(
                "/usr/bin/systemd-run",
                ["--scope", "--quiet", "--unit", unit.unit, "--slice", unit.slices[1], "/bin/sleep", "1000"],
                environment: ["PATH": "/usr/bin:/bin"])
            try await eventually("the scope") { unit.folder.exists }
            let inUse = try await tool.args("exit", "7").option("--cgroup", try await path("left")).run()
            #expect(inUse.status == 1)
            #expect(inUse.stderr.contains("has processes in it already"), "\(inUse.stderr)")
            kill(left.pid, SIGKILL)
            _ = await left.outcome()
            let outcome = try await tool.args("exit", "7").option("--cgroup", try await path("left")).run()
            #expect(outcome.status == 7, "\(outcome.stderr)")
            try await unit.expectRemoved()
        }

        @Test func aPathThatNamesNoUnitIsRefused() async throws {
            let outcome = try await tool.args("exit", "7").option("--cgroup", "martlet--node.slice:a:b").run()
            #expect(outcome.status == 1)
            #expect(outcome.stderr.contains("can't be the name of a slice"), "\(outcome.stderr)")
        }

        @Test func aNativeContainerThatRunsOutOfMemoryIsToldOf() async throws {
            let script = """
                trap 'exec busybox dd if=/dev/zero of=/dev/null bs=200M' USR1
                echo ready; while :; do busybox sleep 1; done
                """
            let running = try await container(.busybox).command("/bin/busybox", "sh", "-c", script)
                .memoryLimit(32 << 20).option("--cgroup", try await path("oom")).start()
            try await running.says("ready")
            let events = try running.containerd.start(["events"])
            try await eventually("events to be told") {
                for verb in ["pause", "resume"] { try await running.containerd.ctr("tasks", verb, running.id) }
                return events.stdoutSoFar.contains("/tasks/paused")
            }
            try await running.kill("SIGUSR1")
            #expect(await running.finished().status != 0)
            try await eventually("the event") { events.stdoutSoFar.contains("/tasks/oom") }
            kill(events.pid, SIGTERM)
            _ = await events.outcome()
            try await unit("oom").expectRemoved()
        }
    }
}
