import ContainerdAPI
import Foundation
import OCISpec
import TTRPC
import Testing

extension Integration {
    /// Limits at their edges.
    @Suite(.needsInstalledTree)
    struct ShimLimitTests {
        private func limits(_ spec: inout Spec, _ change: (inout LinuxResources) -> Void) {
            var resources = spec.linux?.resources ?? LinuxResources()
            change(&resources)
            spec.linux?.resources = resources
        }

        /// The process that forks the init is in the cgroup too, and must not be counted against it.
        @Test func aNativeProcessMayBeTheOnlyOne() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/bin/busybox", "sh", "-c", "/bin/busybox true; echo ended"]) {
                    limits(&$0) { $0.pids = PidsResources(limit: 1) }
                }
                try await container.launch()
                // It is in force: the shell can't fork.
                #expect(try await container.finish() == 2)
                #expect(try !container.stdout.contains("ended"))
            }
        }

        /// The engine's threads are counted, and it would hang without them.
        @Test(arguments: ["/hello.wasm", "/component.wasm"]) func aGuestReadsFilesThoughItMayBeTheOnlyProcess(
            guest: String
        ) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container([guest]) { spec in
                    limits(&spec) { $0.pids = PidsResources(limit: 1) }
                    spec.process?.env?.append("HELLO_FILE=/hello.wat")
                }
                try await container.launch()
                #expect(try await container.finish() == 0)
                #expect(try container.stdout.contains("\nfile: "))
            }
        }

        @Test func aMemoryLimitThatIsTooLowIsNamed() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "0"]) {
                    limits(&$0) {
                        var memory = MemoryResources()
                        memory.limit = 4096
                        $0.memory = memory
                    }
                }
                try await container.startShim()
                let status = try await refusal { try await container.create() }
                #expect(status.code == .failedPrecondition)
                #expect(status.message.contains("linux.resources.memory.limit is 4096 bytes"), "\(status.message)")
                try await container.shutdown()
            }
        }
    }
}
