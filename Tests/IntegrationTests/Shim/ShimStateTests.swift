import ContainerdAPI
import Foundation
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

extension Integration {
    /// The calls of the task service in each state of a container.
    @Suite(.needsInstalledTree)
    struct ShimStateTests {
        private let sleeper = ["/tool.wasm", "sleep"]

        @Test func beforeCreateThereIsNoTask() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.startShim()
                #expect(try await refusal { try await container.taskState }.code == .notFound)
                #expect(try await refusal { try await container.start() }.code == .notFound)
                #expect(try await refusal { try await container.delete() }.code == .notFound)
                #expect(try await refusal { try await container.wait() }.code == .notFound)
                #expect(try await refusal { try await container.kill(SIGKILL) }.code == .notFound)
                try await container.shutdown()
            }
        }

        @Test func aContainerIsCreatedThenRunsThenIsStopped() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.startShim()
                let pid = try await container.create()
                var state = try await container.taskState
                #expect(state.status == .created)
                #expect(pid_t(state.pid) == pid && ProcessFacts(pid: pid).isAlive)
                #expect(state.id == container.id && state.bundle == container.folder)
                #expect(try await refusal { try await container.create() }.code == .alreadyExists)

                #expect(try await container.start() == pid)
                try await container.says("ready")
                state = try await container.taskState
                #expect(state.status == .running && pid_t(state.pid) == pid)
                #expect(try await refusal { try await container.start() }.code == .failedPrecondition)
                #expect(try await refusal { try await container.delete() }.code == .failedPrecondition)

                async let early = container.wait()
                try await container.kill(SIGTERM)
                #expect(try await early.exitStatus == 143)
                let late = try await container.wait()
                #expect(late.exitStatus == 143 && late.exitedAt.seconds > 0)
                state = try await container.taskState
                #expect(state.status == .stopped && state.exitStatus == 143)
                #expect(try await refusal { try await container.kill(SIGKILL) }.code == .notFound)
                #expect(try await refusal { try await container.start() }.code == .failedPrecondition)

                let deleted = try await container.delete()
                #expect(deleted.exitStatus == 143 && pid_t(deleted.pid) == pid)
                #expect(try await refusal { try await container.taskState }.code == .notFound)
                try await container.shutdown()
            }
        }

        @Test(arguments: [SIGKILL, SIGTERM]) func aContainerThatWasNotStartedCanBeEnded(signal: Int32) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.startShim()
                try await container.create()
                try await container.kill(signal)
                #expect(try await container.wait().exitStatus == UInt32(128 + signal))
                #expect(try await container.finish() == UInt32(128 + signal))
                #expect(pod.events.topics.contains("/tasks/exit"))
            }
        }

        @Test func whatIsNotSupportedSaysSo() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.launch()
                let checkpoint = try await refusal {
                    try await container.call(TaskMethod.checkpoint, .with { $0.id = container.id })
                }
                #expect(checkpoint.code == .unimplemented)
                // As runc's shim: a size for a container without a terminal is no error.
                _ = try await container.call(
                    TaskMethod.resizePty,
                    .with {
                        $0.id = container.id
                        $0.width = 80
                        $0.height = 25
                    })
                try await container.end()
            }
        }

        @Test func shutdownWaitsForTheLastTask() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.launch()
                let shim = try await container.shim
                try await container.shutdown()
                #expect(shim.isAlive)
                #expect(try await container.taskState.status == .running)
                try await container.end()
            }
        }

        @Test func aPausedContainerStandsStillUntilItIsResumed() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.launch()
                let id = container.id
                #expect(
                    try await refusal { try await container.call(TaskMethod.resume, .with { $0.id = id }) }.code
                        == .failedPrecondition)
                _ = try await container.call(TaskMethod.pause, .with { $0.id = id })
                #expect(try await container.taskState.status == .paused)
                let freezer = try freezerState(pod, id)
                #expect(freezer == "FROZEN")
                #expect(
                    try await refusal { try await container.call(TaskMethod.pause, .with { $0.id = id }) }.code
                        == .failedPrecondition)
                _ = try await container.call(TaskMethod.resume, .with { $0.id = id })
                #expect(try await container.taskState.status == .running)
                #expect(try freezerState(pod, id) == "THAWED")
                _ = try await container.call(TaskMethod.pause, .with { $0.id = id })
                // What is frozen is killed all the same.
                try await container.end()
                let topics = pod.events.topics.filter { $0.hasSuffix("paused") || $0.hasSuffix("resumed") }
                #expect(topics == ["/tasks/paused", "/tasks/resumed", "/tasks/paused"])
            }
        }

        private func freezerState(_ pod: ShimPod, _ id: String) throws -> String {
            try cgroupFile("freezer/\(pod.namespace)/\(id)/freezer.state")
        }

        private func cgroupFile(_ path: String) throws -> String {
            try String(contentsOfFile: "/sys/fs/cgroup/\(path)", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @Test func limitsAreChangedAndCounted() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper) { spec in
                    var memory = MemoryResources()
                    memory.limit = 64 << 20
                    spec.linux?.resources?.memory = memory
                }
                try await container.launch()
                try await container.says("ready")
                let (id, place) = (container.id, "\(pod.namespace)/\(container.id)")
                let pids = try await container.call(TaskMethod.pids, .with { $0.id = id }).processes.map(\.pid)
                #expect(pids == [UInt32(try await container.pid)])

                let json = #"{"memory": {"limit": 134217728}, "cpu": {"shares": 512}, "pids": {"limit": 77}}"#
                _ = try await container.call(
                    TaskMethod.update,
                    .with {
                        $0.id = id
                        $0.resources = Google_Protobuf_Any(json: Array(json.utf8), as: .linuxResources)
                    })
                #expect(try cgroupFile("memory/\(place)/memory.limit_in_bytes") == "\(128 << 20)")
                #expect(try cgroupFile("cpu/\(place)/cpu.shares") == "512")
                #expect(try cgroupFile("pids/\(place)/pids.max") == "77")

                let stats = try await container.call(TaskMethod.stats, .with { $0.id = id }).stats
                let metrics = try #require(try stats.unpacked(as: CgroupV1Metrics.self))
                #expect(metrics.memory.usage.limit == 128 << 20)
                let usage = try #require(UInt64(try cgroupFile("memory/\(place)/memory.usage_in_bytes")))
                #expect(metrics.memory.usage.usage > 0 && metrics.memory.usage.usage <= 2 * usage + (1 << 20))
                #expect(metrics.pids.current == UInt64(try cgroupFile("pids/\(place)/pids.current")))
                #expect(metrics.pids.limit == 77)
                let total = try #require(UInt64(try cgroupFile("cpuacct/\(place)/cpuacct.usage")))
                #expect(metrics.cpu.usage.total > 0 && metrics.cpu.usage.total <= total)

                let wrong = try await refusal {
                    try await container.call(
                        TaskMethod.update,
                        .with {
                            $0.id = id
                            $0.resources = Google_Protobuf_Any(
                                json: Array(#"{"memory": {"limit": "x"}}"#.utf8), as: .linuxResources)
                        })
                }
                #expect(wrong.code == .invalidArgument && wrong.message.contains("memory.limit"), "\(wrong)")
                try await container.end()
            }
        }
    }
}
