import ContainerdAPI
import Foundation
import SwiftProtobuf
import TTRPC
import Testing

extension Integration {
    /// What Create is asked for and cannot be: the error names it, and the shim holds no more than before.
    @Suite(.needsInstalledTree)
    struct ShimRefusalTests {
        private func refuses(
            _ codes: Set<TTRPCCode>, naming words: String..., create: (inout TaskCreateTaskRequest) -> Void
        ) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "0"])
                try await container.startShim()
                // The first call of all makes what stays.
                _ = try? await container.call(TaskMethod.create, TaskCreateTaskRequest())
                let before = try await container.shim.openFiles
                let status = try await refusal { try await container.create(create) }
                #expect(codes.contains(status.code), "\(status)")
                for word in words { #expect(status.message.contains(word), "no \(word) in: \(status)") }
                let after = try await container.shim.openFiles
                #expect(after.subtracting(before) == [])
                let files = try FileManager.default.contentsOfDirectory(atPath: container.folder)
                #expect(Set(files) == ["address", "config.json", "log", "rootfs", "shim.pid", "work"])
                // The shim is none the worse for it.
                try await container.create()
                try await container.start()
                #expect(try await container.finish() == 0)
            }
        }

        @Test func aFilesystemThatIsNotKnown() async throws {
            try await refuses([.failedPrecondition], naming: "rootfs[0]", "nonsensefs") {
                $0.rootfs[0].type = "nonsensefs"
            }
        }

        @Test func anOverlayWithoutItsLowerFolder() async throws {
            try await refuses([.failedPrecondition], naming: "rootfs[0]", "overlay") {
                $0.rootfs[0].options = $0.rootfs[0].options.map {
                    $0.hasPrefix("lowerdir=") ? "lowerdir=/nowhere/layer" : $0
                }
            }
        }

        @Test func theSecondOfTwoMounts() async throws {
            try await refuses([.failedPrecondition], naming: "rootfs[1]", "/nowhere/folder") {
                var second = ContainerdMount()
                second.type = "bind"
                second.source = "/nowhere/folder"
                second.options = ["bind"]
                $0.rootfs.append(second)
            }
        }

        @Test(arguments: ["stdin", "stdout", "stderr"]) func aFIFOThatIsNotThere(stream: String) async throws {
            try await refuses([.failedPrecondition], naming: "\(stream): ", "/nowhere/fifo") {
                switch stream {
                case "stdin": $0.stdin = "/nowhere/fifo"
                case "stdout": $0.stdout = "/nowhere/fifo"
                default: $0.stderr = "/nowhere/fifo"
                }
            }
        }

        @Test func aStdoutThatIsAFolder() async throws {
            try await refuses([.failedPrecondition, .invalidArgument], naming: "stdout: ", "/tmp") {
                $0.stdout = "/tmp"
            }
        }

        @Test func aStdoutOfAnUnknownScheme() async throws {
            try await refuses([.invalidArgument], naming: "stdout: ", "gopher") { $0.stdout = "gopher:///tmp/x" }
        }

        @Test func aLoggingBinaryThatIsNotThere() async throws {
            try await refuses([.unknown], naming: "/nowhere/logger") {
                $0.stdout = "binary:///nowhere/logger"
                $0.stderr = ""
            }
        }

        @Test func runtimeOptionsOfAnUnknownType() async throws {
            try await refuses([.invalidArgument], naming: "example.com/Nonsense") {
                $0.options = .with { $0.typeURL = "example.com/Nonsense" }
            }
        }

        @Test func aTerminalThatTheConfigurationDoesNotHave() async throws {
            try await refuses([.invalidArgument], naming: "process.terminal") { $0.terminal = true }
        }

        @Test func aCheckpointToStartFrom() async throws {
            try await refuses([.unimplemented], naming: "checkpoint") { $0.checkpoint = "/tmp/checkpoint" }
        }

        @Test func aBundleThatIsNotThere() async throws {
            try await refuses([.failedPrecondition], naming: "/nowhere/bundle") { $0.bundle = "/nowhere/bundle" }
        }
    }
}
