import Foundation
import Testing

extension Integration {
    /// Limits, and that they are in force while the guest runs.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct LimitTests {
        private let tool = container(.guest("tool.wasm"))

        /// The value of a file of the container's cgroup, on version 1 or 2.
        private func cgroup(_ running: RunningContainer, _ controller: String, _ v1: String, _ v2: String) async throws
            -> String
        {
            let cgroups = try ProcessFacts(pid: try await running.pid).cgroups
            let path =
                if let place = cgroups[controller] {
                    "/sys/fs/cgroup/\(controller)\(place)/\(v1)"
                } else {
                    "/sys/fs/cgroup\(cgroups[""] ?? "")/\(v2)"
                }
            return try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @Test func theMemoryLimitIsTheCgroups() async throws {
            let running = try await tool.args("sleep").memoryLimit(64 << 20).start()
            try await running.says("ready")
            #expect(try await cgroup(running, "memory", "memory.limit_in_bytes", "memory.max") == "\(64 << 20)")
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }

        /// memory.grow fails before the kernel has to kill.
        @Test func growthBeyondTheMemoryLimitIsRefusedInTheGuest() async throws {
            let outcome = try await tool.args("grow", "500").memoryLimit(64 << 20).run()
            #expect(outcome.stdout.hasPrefix("refused after "))
            #expect(outcome.status == 3)
        }

        @Test func growthWithinTheMemoryLimitIsGranted() async throws {
            let outcome = try await tool.args("grow", "20").memoryLimit(64 << 20).run()
            #expect(outcome.stdout == "grew by 20 MiB\n")
            #expect(outcome.status == 0)
        }

        @Test func theProcessorLimitIsTheCgroups() async throws {
            let running = try await tool.args("sleep").cpus(0.5).start()
            try await running.says("ready")
            let quota = try await cgroup(running, "cpu", "cpu.cfs_quota_us", "cpu.max")
            #expect(quota.hasPrefix("50000"))
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }
    }
}
