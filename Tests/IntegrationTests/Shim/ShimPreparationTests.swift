import Foundation
import Testing

@testable import ShimBench

extension Integration {
    /// What a shim does for its container before Create comes.
    @Suite(.needsInstalledTree)
    struct ShimPreparationTests {
        private func cgroups(of container: DirectContainer) throws -> [String] {
            try container.pod.left().filter { $0.hasPrefix("cgroup ") && $0.hasSuffix("/\(container.id)") }
        }

        /// The process of a container that was begun.
        private func begun(_ container: DirectContainer) async throws -> pid_t {
            var pids: [pid_t] = []
            try await eventually("the first process") {
                let places = try cgroups(of: container).map { String($0.dropFirst("cgroup ".count)) }
                // The first child may be there still.
                pids = Array(Set(places.flatMap { pidsIn("\($0)/cgroup.procs") }))
                return pids.count == 1 && ProcessFacts(pid: pids[0]).isFirstOfItsNamespace
            }
            return pids[0]
        }

        private func pidsIn(_ file: String) -> [pid_t] {
            ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").compactMap { pid_t($0) }
        }

        @Test(arguments: [["/hello.wasm"], ["/component.wasm"], ["/bin/busybox", "echo", "hello"]])
        func aContainerIsBegunBeforeItsCreateAndGoesOnAsTheSameProcess(arguments: [String]) async throws {
            try await ShimPod.run { pod in
                // Once for the artifact cache.
                let first = try pod.container(arguments)
                try await first.launch()
                #expect(try await first.finish() == 0)

                let container = try pod.container(arguments)
                try await container.startShim()
                let pid = try await begun(container)
                #expect(try await container.create() == pid)
                try await container.start()
                #expect(try await container.finish() == 0)
                #expect(try container.stdout.contains("hello"))
            }
        }

        @Test func aBegunContainerThatIsKilledIsMadeAnew() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "3"])
                try await container.startShim()
                let pid = try await begun(container)
                kill(pid, SIGKILL)
                try await eventually("its end") { !ProcessFacts(pid: pid).isAlive }
                #expect(try await container.create() != pid)
                try await container.start()
                #expect(try await container.finish() == 3)
            }
        }

        @Test func aModuleThatIsNotCompiledYetIsNotCompiledInTheContainer() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/new.wat"])
                // One that no cache has.
                try ";; \(pod.namespace)\n(module (memory (export \"memory\") 1) (func (export \"_start\")))".write(
                    toFile: "\(container.bundle.folder)/upper/new.wat", atomically: true, encoding: .utf8)
                try await container.startShim()
                let pid = try await begun(container)
                #expect(try await container.create() != pid)
                try await container.start()
                #expect(try await container.finish() == 0)
            }
        }

        @Test func aBegunContainerEndsWithItsShim() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/hello.wasm"])
                try await container.startShim()
                let pid = try await begun(container)
                let shim = try #require(pod.shims.first)
                kill(shim.pid, SIGKILL)
                try await eventually("the end of the process") { !ProcessFacts(pid: pid).isAlive }
                _ = try container.deleteDead()
            }
        }

        @Test func theCgroupIsThereBeforeCreateAndGoesWithAShimThatIsNotUsed() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/hello.wasm"])
                try await container.startShim()
                // Before `start` has answered, not a while after.
                #expect(try !cgroups(of: container).isEmpty)
                try await container.shutdown()
                try await eventually("the end of the cgroup") { try cgroups(of: container).isEmpty }
            }
        }

        @Test func aConfigurationThatHasChangedSinceIsTheOneThatHolds() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "3"])
                try await container.startShim()
                // Before `start` has answered, not a while after.
                #expect(try !cgroups(of: container).isEmpty)
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
