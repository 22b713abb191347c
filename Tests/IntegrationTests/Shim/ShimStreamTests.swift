import ContainerdAPI
import Foundation
import Glibc
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

extension Integration {
    /// The ways in which a client can ask for streams.
    @Suite(.needsInstalledTree)
    struct ShimStreamTests {
        @Test func aLoggingBinaryGetsWhatIsWritten() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try pod.container(["/tool.wasm", "lines", "100", "1000"])
                let script =
                    "echo $CONTAINER_ID $CONTAINER_NAMESPACE >\(out.path)/who; exec 5>&-; cat <&3 >\(out.path)/log"
                let query = try #require(script.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                try await container.launch {
                    $0.stdout = "binary:///bin/sh?-c=\(query)"
                    $0.stderr = $0.stdout
                }
                #expect(try await container.finish() == 0)
                #expect(try out.text("who") == "\(container.id) \(pod.namespace)\n")
                #expect(try out.text("log").utf8.count == 100_000)
            }
        }

        @Test func aFileGetsWhatIsWrittenAndKeepsWhatItHad() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                for words in ["first", "second"] {
                    let container = try pod.container(["/tool.wasm", "print", words])
                    try await container.launch {
                        $0.stdout = "file://\(out.path)/below/log"
                        $0.stderr = ""
                    }
                    #expect(try await container.finish() == 0)
                }
                #expect(try out.text("below/log") == "first\nsecond\n")
            }
        }

        @Test func theFIFOsAreGivenToTheOwnerOfTheOptions() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "print", "mine"])
                try await container.launch {
                    $0.options =
                        (try? Google_Protobuf_Any(
                            packing: RuncOptions.with {
                                $0.ioUid = 1234
                                $0.ioGid = 5678
                            })) ?? Google_Protobuf_Any()
                }
                #expect(try await container.finish() == 0)
                #expect(try container.stdout == "mine\n")
                var owner = stat()
                let code = stat("\(pod.folder)/\(container.id)/stdout", &owner)
                #expect(code == 0)
                // The container's process has taken its streams over by then, as under runc: their user is its own.
                #expect((owner.st_uid, owner.st_gid) == (0, 5678))
            }
        }

        @Test func stdinEndsWithCloseIO() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "cat"])
                let stdin = try FIFO("\(pod.folder)/stdin")
                try await container.launch { $0.stdin = stdin.path }
                try stdin.open()
                try stdin.write("some words\n")
                try await container.says("some words\n")
                stdin.close()
                #expect(try await container.taskState.status == .running)
                _ = try await container.call(
                    TaskMethod.closeIO,
                    .with {
                        $0.id = container.id
                        $0.stdin = true
                    })
                #expect(try await container.finish() == 0)
            }
        }

        @Test func aTerminalHasTheSizeThatItIsGiven() async throws {
            try await ShimPod.run { pod in
                let script = "/bin/busybox stty size; read line; /bin/busybox stty size; echo got $line"
                let container = try pod.container(["/bin/busybox", "sh", "-c", script]) { spec in
                    spec.process?.terminal = true
                    spec.process?.consoleSize = ConsoleSize(height: 30, width: 90)
                }
                let stdin = try FIFO("\(pod.folder)/stdin")
                try await container.launch {
                    $0.terminal = true
                    $0.stdin = stdin.path
                    $0.stderr = ""
                }
                try await container.says("30 90\r\n")
                _ = try await container.call(
                    TaskMethod.resizePty,
                    .with {
                        $0.id = container.id
                        $0.width = 100
                        $0.height = 40
                    })
                try stdin.open()
                try stdin.write("enter\n")
                #expect(try await container.finish() == 0)
                // What was typed is shown too.
                #expect(try container.stdout.hasSuffix("enter\r\n40 100\r\ngot enter\r\n"))
                stdin.close()
            }
        }

        @Test(arguments: [false, true]) func aReaderThatStallsHoldsUpNobodyElse(terminal: Bool) async throws {
            try await ShimPod.run { pod in
                let stalled = try pod.container(["/tool.wasm", "lines", "64", "65536"]) {
                    $0.process?.terminal = terminal
                }
                try await stalled.launch {
                    $0.terminal = terminal
                    if terminal { $0.stderr = "" }
                }
                let other = try pod.container(["/tool.wasm", "print", "through"])
                other.useShim(of: stalled)
                try await other.create()
                try await other.start()
                try await other.wait()
                try await other.delete()
                #expect(try other.stdout == "through\n")
                #expect(try await stalled.taskState.status == .running)
                try await stalled.end()
            }
        }
    }
}
