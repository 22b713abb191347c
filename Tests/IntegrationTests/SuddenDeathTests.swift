import Foundation
import Testing

extension Integration {
    /// After kill -9 of any of its processes, containerd can clean up.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct SuddenDeathTests {
        private let tool = container(.guest("tool.wasm"))

        /// Processes of this containerd that run this installed program and belong to no container yet.
        private func processes(running program: String) -> [pid_t] {
            let path = "\(Requirement.prefix ?? "")/\(program)"
            return ProcessFacts.all.filter { $0.isExecuting(path) && $0.isAlive }.map(\.pid)
        }

        @Test func theContainersDeathIsItsExit() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            kill(try await running.pid, SIGKILL)
            #expect(await running.finished().status == 137)
        }

        @Test func theEnginesDeathLeavesTheContainerManageable() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            let guest = try await running.pid
            for engine in processes(running: "libexec/martlet/martlet-engine") where engine != guest {
                kill(engine, SIGKILL)
            }
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
        }

        @Test func theShimsDeathIsCleanedUpByContainerd() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            let guest = ProcessFacts(pid: try await running.pid)
            for shim in processes(running: "bin/containerd-shim-martlet-v1") { kill(shim, SIGKILL) }
            try await running.removeByHand()
            #expect(!guest.isAlive)
        }

        @Test func aContainerOutlivesARestartOfContainerd() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            let guest = ProcessFacts(pid: try await running.pid)
            // The client of containerd 2 would remove the container as soon as the connection breaks.
            kill(running.command.pid, SIGKILL)
            try await running.containerd.restart()
            #expect(guest.isAlive)
            #expect(try await running.pid == guest.pid)
            try await running.kill("SIGKILL")
            try await running.removeByHand()
        }
    }
}
