import CRIClient
import Foundation
import Testing

extension Integration {
    /// What a user does with a pod, from its start to its end.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodStoryTests {
        private let tool = Image.guest("tool.wasm")

        @Test func anInitContainerAServiceAndANativeSidecarGoFromRunToAway() async throws {
            try await withPod { pod in
                let first = try await pod.start("init", tool, "print", "prepared")
                let end = try await first.ended()
                #expect(end.exitCode == 0)
                #expect(end.reason == "Completed")
                #expect(first.text() == "prepared")

                let service = try await pod.start("service", tool, "sleep")
                let sidecar = try await pod.start(
                    "sidecar", .busybox, "sh", "-c",
                    "trap 'echo bye; exit 0' TERM; echo beside; echo aside >&2; while :; do busybox sleep 0.05; done")
                try await service.says("ready")
                try await sidecar.says("aside", "stderr")
                #expect(sidecar.text() == "beside")
                #expect(try await service.status.state == .containerRunning)
                #expect(try await sidecar.status.state == .containerRunning)
                #expect(try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxReady)

                // The grace period is far longer than the test may take.
                try await service.stop(grace: 500)
                try await sidecar.stop(grace: 500)
                #expect(try await service.status.exitCode == 143)
                #expect(try await sidecar.status.exitCode == 0)
                #expect(sidecar.text() == "beside\nbye")
            }
        }

        @Test func eachLineOfTheLogHasItsTimeItsStreamAndItsTag() async throws {
            try await withPod { pod in
                let out = try await pod.start("out", tool, "print", "to stdout")
                let err = try await pod.start("err", tool, "complain", "to stderr")
                try await out.ended()
                try await err.ended()
                let time = try Regex(#"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)"#)
                for (container, stream) in [(out, "stdout"), (err, "stderr")] {
                    let lines = container.lines()
                    #expect(lines.map(\.stream) == [stream])
                    #expect(lines.map(\.tag) == ["F"])
                    #expect(lines.map(\.text) == ["to \(stream)"])
                    #expect(try time.wholeMatch(in: lines.first?.time ?? "") != nil)
                }
            }
        }

        @Test(arguments: [("exit", "7", Int32(7)), ("exit", "0", 0), ("trap", "", 134)])
        func howAGuestEndedIsTold(command: String, argument: String, code: Int32) async throws {
            try await withPod { pod in
                let container = try await pod.start("guest", tool, command, argument)
                let status = try await container.ended()
                #expect(status.exitCode == code)
                #expect(status.reason == (code == 0 ? "Completed" : "Error"))
            }
        }

        @Test func whatCannotRunSaysWhyInTheStatus() async throws {
            try await withPod { pod in
                let broken = try await pod.create("broken", .guest("not-a-module.wasm"))
                await #expect(throws: CRIError.self) { try await broken.start() }
                let status = try await broken.status
                #expect(status.state == .containerExited)
                #expect(status.message.contains("not-a-module.wasm"))
            }
        }

        @Test func aTerminationMessageReachesTheFileOfTheKubelet() async throws {
            let file = try HostFile("")
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "write", "/dev/termination-log", "done for today") {
                    $0.mounts.append(.bind(file.path, at: "/dev/termination-log"))
                }
                #expect(try await guest.ended().exitCode == 0)
                #expect(try file.text.contains("done for today"))
            }
        }
    }
}

extension CRIMount {
    /// A folder or a file of this machine.
    static func bind(
        _ source: String, at target: String, readOnly: Bool = false,
        _ propagation: CRIMountPropagation = .propagationPrivate
    ) -> CRIMount {
        var mount = CRIMount()
        mount.hostPath = source
        mount.containerPath = target
        mount.readonly = readOnly
        mount.propagation = propagation
        return mount
    }
}
