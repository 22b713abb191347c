import Foundation
import Testing

extension Integration {
    /// What a shim does for its container before Create comes.
    @Suite(.needsInstalledTree)
    struct ShimPreparationTests {
        private func cgroups(of container: DirectContainer) throws -> [String] {
            try container.pod.left().filter { $0.hasPrefix("cgroup ") && $0.hasSuffix("/\(container.id)") }
        }

        @Test func theCgroupIsThereBeforeCreateAndGoesWithAShimThatIsNotUsed() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/hello.wasm"])
                try await container.startShim()
                try await eventually("the cgroup") { try !cgroups(of: container).isEmpty }
                try await container.shutdown()
                try await eventually("the end of the cgroup") { try cgroups(of: container).isEmpty }
            }
        }

        @Test func aConfigurationThatHasChangedSinceIsTheOneThatHolds() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "3"])
                try await container.startShim()
                try await eventually("the cgroup") { try !cgroups(of: container).isEmpty }
                let path = "\(container.folder)/config.json"
                let text = try String(contentsOfFile: path, encoding: .utf8)
                let other = "/\(pod.namespace)/other"
                try text.replacingOccurrences(of: "/\(pod.namespace)/\(container.id)", with: other)
                    .replacingOccurrences(
                        of: "\\/\(pod.namespace)\\/\(container.id)", with: "\\/\(pod.namespace)\\/other"
                    )
                    .write(toFile: path, atomically: true, encoding: .utf8)
                try await container.create()
                #expect(try cgroups(of: container).isEmpty)
                try await container.start()
                #expect(try await container.finish() == 3)
                #expect(!FileManager.default.fileExists(atPath: "/sys/fs/cgroup/memory\(other)"))
            }
        }
    }
}
