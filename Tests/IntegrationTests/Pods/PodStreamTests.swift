import CRIClient
import Foundation
import Testing

extension Integration {
    /// `kubectl exec -it`, `attach` and `port-forward`.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodStreamTests {
        private let tool = Image.guest("tool.wasm")

        @Test func aShellInATerminalIsResizedAndTellsItsEnd() async throws {
            try await withPod { pod in
                let native = try await pod.start("native", .busybox, "sleep", "1000")
                try await with(try await pod.cri.exec(native.id, ["/bin/busybox", "sh"], terminal: true)) { shell in
                    try await shell.send(#"{"Width": 101, "Height": 43}"#, to: CRIStream.Channel.resize)
                    // The size comes beside the input, not before it.
                    try await eventually("the terminal's size: \(shell.text())") {
                        try await shell.send("busybox stty size\n")
                        try await Task.sleep(for: .milliseconds(200))
                        return shell.text().contains("43 101")
                    }
                    try await shell.send("exit 7\n")
                    try await eventually("the shell's end") { shell.exitCode == 7 }
                }
            }
        }

        /// As programs do whose log files an image makes links to these.
        @Test func whatIsWrittenToDevStdoutIsInThePodsLog() async throws {
            try await withPod { pod in
                let script = "echo access >> /dev/stdout; echo error >> /dev/stderr"
                let native = try await pod.start("native", .busybox, "sh", "-c", script) { config in
                    config.linux.securityContext.runAsUser.value = 1000
                }
                #expect(try await native.ended().exitCode == 0)
                try await native.says("access", "stdout")
                try await native.says("error", "stderr")
                let guest = try await pod.start("guest", tool, "append", "/dev/stderr", "of the guest") { config in
                    config.linux.securityContext.runAsUser.value = 1000
                }
                #expect(try await guest.ended().exitCode == 0)
                try await guest.says("of the guest", "stderr")
            }
        }

        @Test func aModuleIsSpokenWithThroughATerminalAndThroughPipes() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                try await with(try await pod.cri.exec(guest.id, ["/tool.wasm", "cat"], terminal: true)) { cat in
                    try await cat.send("hello\n")
                    // The terminal's echo, and the guest's.
                    try await eventually("the answer") { cat.text() == "hello\r\nhello\r\n" }
                    // What a user types for the end of the input.
                    try await cat.send("\u{4}")
                    try await eventually("the module's end") { cat.exitCode == 0 }
                }
                try await with(try await pod.cri.exec(guest.id, ["/tool.wasm", "exit", "9"])) { exit in
                    try await eventually("the module's end") { exit.exitCode == 9 }
                }
            }
        }

        /// The stream's end is that of the process' stdin.
        @Test func aUserWhoGoesAwayEndsWhatReads() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let shim = try #require(pod.shims.first)
                let before = Set(shim.children.map(\.pid))
                try await with(try await pod.cri.exec(guest.id, ["/tool.wasm", "cat"])) { cat in
                    try await cat.send("hello\n")
                    try await eventually("the answer") { cat.text() == "hello\n" }
                    #expect(shim.children.count == before.count + 1)
                }
                try await eventually("the end of the module") { Set(shim.children.map(\.pid)) == before }
                #expect(try await guest.status.state == .containerRunning)
            }
        }

        @Test func aGuestIsAttachedTo() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "cat") {
                    $0.stdin = true
                    $0.stdinOnce = true
                }
                try await with(try await pod.cri.attach(guest.id)) { stream in
                    try await stream.send("over the stream\n")
                    try await eventually("the answer") { stream.text() == "over the stream\n" }
                }
                // With stdinOnce, the first to go away closes it.
                #expect(try await guest.ended().exitCode == 0)
                #expect(guest.text() == "over the stream")
            }
        }

        @Test func aPortOfThePodIsForwarded() async throws {
            try await withPod { pod in
                let server = try await pod.start(
                    "server", .busybox, "nc", "-ll", "-p", "8000", "-e", "/bin/busybox", "cat")
                try await eventually("the server's port") {
                    // 8000 in the kernel's words.
                    try await server.exec("/bin/busybox", "cat", "/proc/net/tcp", "/proc/net/tcp6").stdout
                        .contains(":1F40 ")
                }
                try await with(try await pod.cri.portForward(pod.id, 8000)) { stream in
                    // Answered, and not said before a close at once: of that it is left to chance what still arrives.
                    try await stream.send("to the pod and back\n")
                    try await eventually("the server's answer") { stream.text(0).hasSuffix("to the pod and back\n") }
                }
            }
        }
    }
}
