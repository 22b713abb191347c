import CRIClient
import Foundation
import Testing

extension Integration {
    /// containerd is killed and comes back: pods don't mind.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodRestartTests {
        private let tool = Image.guest("tool.wasm")

        @Test func podsOutliveContainerdAndWhatEndedMeanwhileIsTold() async throws {
            try await withPod { pod in
                let stays = try await pod.start("stays", tool, "sleep")
                let ends = try await pod.start("ends", tool, "sleep")
                let native = try await pod.start("native", .busybox, "sleep", "1000")
                try await stays.says("ready")
                try await ends.says("ready")
                let (guest, ending, sidecar) = (
                    try await stays.process, try await ends.process, try await native.process
                )
                let sandbox = try await pod.sandbox
                try await pod.containerd.restart(with: SIGKILL) {
                    kill(ending.pid, SIGTERM)
                    try await eventually("the end of the guest") { !ending.isAlive }
                }
                #expect(guest.isAlive && sidecar.isAlive && sandbox.isAlive)
                #expect(try await ends.ended().exitCode == 143)
                #expect(try await stays.status.state == .containerRunning)
                #expect(try await native.status.state == .containerRunning)
                #expect(try await stays.process.pid == guest.pid)
                #expect(try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxReady)
                // The pod can be worked with as before.
                let next = try await pod.start("next", tool, "print", "after")
                #expect(try await next.ended().exitCode == 0)
                #expect(try await stays.exec("/tool.wasm", "print", "probed").stdout == "probed\n")
                #expect(try await native.exec("/bin/busybox", "sh", "-c", "exit 6").status == 6)
                try await stays.stop(grace: 500)
                #expect(try await stays.status.exitCode == 143)
            }
        }
    }
}
