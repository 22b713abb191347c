import CRIClient
import Foundation
import Testing

extension Integration {
    /// One shim for the whole pod, whatever order its containers come and go in.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodLifecycleTests {
        private let tool = Image.guest("tool.wasm")

        private func running(_ pod: Pod) async throws -> [PodContainer] {
            let all = [
                try await pod.start("a", tool, "sleep"), try await pod.start("b", .busybox, "sleep", "1000"),
                try await pod.start("c", tool, "sleep"),
            ]
            try await all[0].says("ready")
            try await all[2].says("ready")
            return all
        }

        @Test func aPodHasOneShim() async throws {
            try await withPod { pod in
                let containers = try await running(pod)
                #expect(pod.shims.count == 1)
                for container in containers {
                    let parent = try await container.process.status["PPid"]
                    #expect(parent == pod.shims.first.map { "\($0.pid)" })
                }
            }
        }

        @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
        func containersAreRemovedInAnyOrder(order: [Int]) async throws {
            try await withPod { pod in
                let containers = try await running(pod)
                for (count, index) in order.enumerated() {
                    try await containers[index].stop(grace: 0)
                    try await containers[index].remove()
                    for other in order.dropFirst(count + 1) {
                        #expect(try await containers[other].status.state == .containerRunning)
                    }
                }
                #expect(pod.shims.count == 1)
                #expect(try await pod.sandbox.isAlive)
            }
        }

        /// As in CrashLoopBackOff: the next attempt is another container of the same name.
        @Test func aContainerThatFailedIsStartedAnew() async throws {
            try await withPod { pod in
                for attempt in 0..<3 {
                    let container = try await pod.start("crashing", tool, "exit", "\(attempt + 1)") {
                        $0.metadata.attempt = UInt32(attempt)
                    }
                    #expect(try await container.ended().exitCode == Int32(attempt + 1))
                    if attempt > 0 { try await container.remove() }
                }
                #expect(pod.shims.count == 1)
            }
        }

        @Test func stoppingTheSandboxEndsWhatRunsInIt() async throws {
            try await withPod { pod in
                let containers = try await running(pod)
                try await pod.stop()
                for container in containers {
                    let status = try await container.status
                    #expect(status.state == .containerExited)
                    #expect(status.exitCode == 137)
                }
                #expect(try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxNotready)
            }
        }

        @Test func noShimIsLeftWhenThePodIsGone() async throws {
            let pod = try await Pod.run()
            _ = try await pod.start("a", tool, "sleep")
            try await pod.remove()
            try await eventually("the end of the shim") { pod.shims.isEmpty }
        }

        @Test func removingARunningContainerEndsIt() async throws {
            try await withPod { pod in
                let container = try await pod.start("a", tool, "sleep")
                let process = try await container.process
                try await container.remove()
                #expect(!process.isAlive)
            }
        }

        /// A process that ignores SIGTERM is killed when the grace period is over.
        @Test func theGracePeriodEndsWithSIGKILL() async throws {
            try await withPod { pod in
                let deaf = try await pod.start(
                    "deaf", .busybox, "sh", "-c", "trap '' TERM; echo up; while :; do :; done")
                try await deaf.says("up")
                try await deaf.stop(grace: 1)
                #expect(try await deaf.status.exitCode == 137)
            }
        }
    }
}
