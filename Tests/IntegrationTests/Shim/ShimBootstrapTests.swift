import ContainerdAPI
import Foundation
import Glibc
import OCISpec
import SwiftProtobuf
import Testing

@testable import ShimBench

extension Integration {
    /// `start` as containerd 2.3 and later call it.
    @Suite(.needsInstalledTree)
    struct ShimBootstrapTests {
        private func parameters(_ container: DirectContainer) -> ShimBootstrapParams {
            .with {
                $0.instanceID = container.id
                $0.namespace = container.pod.namespace
                $0.containerdVersion = "v2.3.0"
                $0.containerdTtrpcAddress = "\(container.pod.folder)/events.sock"
                $0.containerdGrpcAddress = container.pod.containerd
                $0.containerdBinary = "/bin/true"
            }
        }

        @Test func aContainerIsRunByVersionThreeOfTheTaskService() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "print", "hello"])
                let result = try await container.startShim(parameters(container))
                #expect(result.version == 3 && result.protocol == "ttrpc")
                try await container.create()
                try await container.start()
                try await container.says("hello")
                #expect(try await container.finish() == 0)
            }
        }

        @Test func theSocketIsInTheFolderThatTheCallerNames() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                var parameters = parameters(container)
                parameters.socketDir = "\(pod.folder)/sockets"
                let result = try await container.startShim(parameters)
                #expect(result.address.hasPrefix("unix://\(pod.folder)/sockets/"))
                try await container.create()
                // Without a folder the pod's shim is found all the same: its bundle says where.
                let older = try pod.container(["/tool.wasm", "sleep"]) {
                    $0.annotations = ["io.kubernetes.cri.sandbox-id": container.id]
                }
                try FileManager.default.createSymbolicLink(
                    atPath: "\(older.bundle.folder)/\(container.id)", withDestinationPath: container.folder)
                #expect(try await older.startShim() == result.address)
                try await container.end()
            }
        }

        /// containerd 2 calls `delete` for the pod's bundle alone.
        @Test func deleteOfThePodClearsAllContainersOfADeadShim() async throws {
            try await ShimPod.run { pod in
                let first = try pod.container(["/tool.wasm", "sleep"])
                _ = try await first.startShim(parameters(first))
                try await first.create()
                let second = try pod.container(["/tool.wasm", "sleep"])
                second.useShim(of: first)
                try first.id.write(toFile: "\(second.folder)/sandbox", atomically: false, encoding: .utf8)
                let pid = try await second.create()
                try await second.start()
                let shim = try await first.shim
                kill(shim.pid, SIGKILL)
                try await eventually("the shim's end") { !shim.isAlive }
                #expect(try first.deleteDead().exitStatus == 137)
                try await eventually("the member's end") { !ProcessFacts(pid: pid).isAlive }
            }
        }
    }
}
