import Foundation
import Testing

extension Integration {
    /// Cgroups of version 2 by their files, as the kernel has them.
    @Suite(.needsCgroupV2, .needsInstalledTree, .leavesNothing)
    struct Version2Tests {
        private let tool = container(.guest("tool.wasm"))

        private func folder(_ running: RunningContainer) async throws -> String {
            "/sys/fs/cgroup\(try ProcessFacts(pid: try await running.pid).cgroups[""] ?? "")"
        }

        private func read(_ path: String) throws -> String {
            try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @Test func controllersAreEnabledDownThePathAndThreadsAreInside() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            let folder = try await folder(running)
            let all = try read("/sys/fs/cgroup/cgroup.controllers").split(separator: " ")
            #expect(try read("\(folder)/cgroup.controllers").split(separator: " ").sorted() == all.sorted())
            let pid = try await running.pid
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").sorted()
            #expect(try read("\(folder)/cgroup.threads").split(separator: "\n").map(String.init).sorted() == threads)
            try await running.kill("SIGKILL")
            _ = await running.finished()
            #expect(!FileManager.default.fileExists(atPath: folder))
        }

        @Test func pausingIsTheKernelsFreezer() async throws {
            let running = try await tool.args("spin").start()
            try await running.says("ready")
            let events = "\(try await folder(running))/cgroup.events"
            #expect(try await running.containerd.ctr("tasks", "pause", running.id).status == 0)
            #expect(try read(events).contains("frozen 1"))
            #expect(try await running.containerd.ctr("tasks", "resume", running.id).status == 0)
            #expect(try read(events).contains("frozen 0"))
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }

        /// `ctr tasks metrics` prints fields of the message by the files' names.
        @Test func theMetricsAreTheFiles() async throws {
            let running = try await tool.args("sleep").memoryLimit(64 << 20).start()
            try await running.says("ready")
            let folder = try await folder(running)
            let printed = try await running.containerd.ctr("tasks", "metrics", running.id).stdout
            var values: [String: UInt64] = [:]
            for line in printed.split(separator: "\n") {
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                if words.count == 2 { values[String(words[0])] = UInt64(words[1]) }
            }
            #expect(values["memory.usage_limit"] == 64 << 20, "\(printed)")
            #expect(values["pids.current"] == UInt64(try read("\(folder)/pids.current")))
            let usage = try read("\(folder)/cpu.stat").split(separator: "\n").first.map { $0.split(separator: " ")[1] }
            #expect(try #require(values["cpu.usage_usec"]) <= #require(usage.flatMap { UInt64($0) }))
            #expect(try #require(values["cpu.usage_usec"]) > 0)
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }

        /// The device program: /dev/kmsg is a device that every node has and no container may open.
        @Test func aDeviceThatIsNotAllowedCannotBeOpened() async throws {
            let outcome = try await container(.busybox).command(
                "/bin/busybox", "sh", "-c",
                "busybox mknod /tmp/kmsg c 1 11; busybox cat /dev/null && busybox head -c 1 /tmp/kmsg"
            ).run()
            #expect(outcome.status == 1)
            #expect(outcome.stderr.contains("Operation not permitted"), "\(outcome.stderr)")
        }
    }
}
