import ContainerdAPI
import Foundation
import Glibc
import OCISpec
import Testing

extension Integration {
    /// Streams that guests open by path, whatever they are to the client.
    @Suite(.needsInstalledTree)
    struct ShimStreamPathTests {
        @Test func aTerminalIsOpened() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "streams"]) { $0.process?.terminal = true }
                let stdin = try FIFO("\(pod.folder)/stdin")
                try await container.launch {
                    $0.terminal = true
                    $0.stdin = stdin.path
                    $0.stderr = ""
                }
                try stdin.open()
                try stdin.write("typed\n")
                // Its echo before.
                try await container.says("typed\r\nout typed\r\nerr typed\r\n")
                try stdin.write("\u{4}")
                #expect(try await container.finish() == 0)
                stdin.close()
            }
        }

        /// Its ends of pipes have no path anywhere.
        @Test func aLoggingBinaryIsWrittenTo() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try pod.container(["/tool.wasm", "append", "/dev/stdout", "logged"])
                let query = try #require(
                    "exec 5>&-; cat <&3 >\(out.path)/log".addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                try await container.launch {
                    $0.stdout = "binary:///bin/sh?-c=\(query)"
                    $0.stderr = $0.stdout
                }
                #expect(try await container.finish() == 0)
                #expect(try out.text("log") == "logged\n")
            }
        }

        @Test func aFileKeepsWhatItHad() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                for words in ["first", "second"] {
                    let container = try pod.container(["/tool.wasm", "write", "/dev/stdout", words])
                    try await container.launch {
                        $0.stdout = "file://\(out.path)/log"
                        $0.stderr = ""
                    }
                    #expect(try await container.finish() == 0)
                }
                #expect(try out.text("log") == "first\nsecond\n")
            }
        }

        /// In a container of a guest, a native exec's links lead to its own; and the other way round.
        @Test(arguments: [true, false]) func execsOfBothKindsHaveTheirOwn(inGuest: Bool) async throws {
            try await ShimPod.run { pod in
                let script = "echo ready; exec /bin/busybox sleep 1000"
                let container = try pod.container(
                    inGuest ? ["/bin/../tool.wasm", "sleep"] : ["/bin/busybox", "sh", "-c", script])
                try await container.launch()
                try await container.says("ready\n")
                let guest = try await DirectExec("e1", ["/tool.wasm", "write", "/dev/stdout", "guest"], in: container)
                #expect(try await guest.run() == 0)
                #expect(try guest.output == "guest\n")
                let words = ["/bin/busybox", "sh", "-c", "echo native >/dev/stdout"]
                let native = try await DirectExec("e2", words, in: container)
                #expect(try await native.run() == 0)
                #expect(try native.output == "native\n")
                #expect(try container.stdout == "ready\n")
                try await container.end()
            }
        }

        /// What is opened is what the process has, whoever it is.
        @Test(arguments: ["write", "append"])
        func neitherAUserNorAReadOnlyRootIsInTheWay(command: String) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", command, "/dev/stdout", "said"]) { spec in
                    spec.process?.user = User(uid: 1234, gid: 5678)
                    spec.process?.capabilities = nil
                    spec.root?.readonly = true
                }
                try await container.launch()
                #expect(try await container.finish() == 0)
                #expect(try container.stdout == "said\n")
            }
        }

        @Test func neitherProcNorAUserNamespaceMakesADifference() async throws {
            try await ShimPod.run { pod in
                let bare = try pod.container(["/tool.wasm", "write", "/dev/stdout", "bare"]) { $0.mounts = [] }
                try await bare.launch()
                #expect(try await bare.finish() == 0)
                #expect(try bare.stdout == "bare\n")

                let mapped = try pod.container(["/tool.wasm", "append", "/dev/stdout", "mapped"]) { spec in
                    spec.linux?.namespaces?.append(Namespace(type: .user))
                    spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 1000)]
                    spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 200_000, size: 500)]
                }
                // The folders above the root filesystem are the node's, and let others pass.
                for folder in [pod.folder, "\(pod.folder)/\(mapped.id)", mapped.folder] { chmod(folder, 0o711) }
                chown("\(pod.folder)/\(mapped.id)/upper", 100_000, 200_000)
                try await mapped.launch()
                #expect(try await mapped.finish() == 0)
                #expect(try mapped.stdout == "mapped\n")
            }
        }

        /// A filter of the specification's decides as it did.
        @Test(arguments: [("SCMP_ACT_ERRNO", 1), ("SCMP_ACT_TRAP", 159)] as [(String, UInt32)])
        func aProfileDecidesOnWhatOpens(action: String, status: UInt32) async throws {
            try await ShimPod.run { pod in
                var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                profile.syscalls = [SeccompRule(names: ["openat2"], action: action)]
                let container = try pod.container(["/tool.wasm", "write", "/dev/stdout", "text"]) {
                    $0.linux?.seccomp = profile
                }
                try await container.launch()
                #expect(try await container.finish() == status)
                #expect(try container.stdout == "")
            }
        }

        /// As without a handler.
        @Test func otherTrappedCallsEndTheGuest() async throws {
            try await ShimPod.run { pod in
                var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                profile.syscalls = [SeccompRule(names: ["getdents64"], action: "SCMP_ACT_TRAP")]
                let container = try pod.container(["/tool.wasm", "list", "/"]) { $0.linux?.seccomp = profile }
                try await container.launch()
                #expect(try await container.finish() == 159)
            }
        }
    }
}
