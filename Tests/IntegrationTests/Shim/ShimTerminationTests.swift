import ContainerdAPI
import Foundation
import Testing

extension Integration {
    /// A shim that is told to end, as runc's does.
    @Suite(.needsInstalledTree)
    struct ShimTerminationTests {
        @Test(arguments: [SIGTERM, SIGINT]) func aShimThatIsToldToEndLeavesItsContainersToDelete(
            signal: Int32
        ) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                let address = try await container.startShim()
                try await container.create()
                let guest = ProcessFacts(pid: try await container.start())
                try await container.says("ready")
                let shim = try await container.shim
                let engine = try await container.engine

                kill(shim.pid, signal)
                try await eventually("the end of the shim and the engine") { !shim.isAlive && !engine.isAlive }
                #expect(!FileManager.default.fileExists(atPath: String(address.dropFirst("unix://".count))))
                #expect(guest.isAlive)
                let answer = try container.deleteDead()
                #expect(answer.pid == UInt32(guest.pid) && answer.exitStatus == 137)
                #expect(!guest.isAlive)
                // What the container has done until then was told.
                #expect(pod.events.topics == ["/tasks/create", "/tasks/start"])
            }
        }
    }
}
