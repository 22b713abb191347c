import ContainerdAPI
import Foundation
import LinuxSystem
import OCISpec
import TTRPC
import Testing

extension Integration {
    /// What newer kernels do for a container.
    @Suite(.needsInstalledTree)
    struct ShimKernelTests {
        /// Both clocks that a time namespace can shift, for a guest, a native program and their execs.
        @Test(arguments: [
            ["/tool.wasm", "sleep"], ["/bin/busybox", "sh", "-c", "echo ready; exec busybox sleep 1000"],
        ])
        func clocksAreShiftedByATimeNamespace(arguments: [String]) async throws {
            let offsets = try JSONDecoder().decode(
                [String: TimeOffset].self,
                from: Data(#"{"boottime": {"secs": 1000000, "nanosecs": 5}, "monotonic": {"secs": 2000000}}"#.utf8))
            try await ShimPod.run { pod in
                let container = try pod.container(arguments) {
                    $0.linux?.namespaces?.append(Namespace(type: .time))
                    $0.linux?.timeOffsets = offsets
                }
                try await container.launch()
                try await container.says("ready")
                let process = ProcessFacts(pid: try await container.pid)
                let own = ProcessFacts(pid: getpid())
                #expect(try process.namespace("time") != own.namespace("time"))
                let shifts = try String(contentsOfFile: "/proc/\(process.pid)/timens_offsets", encoding: .utf8)
                    .split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
                #expect(shifts == ["monotonic 2000000 0", "boottime 1000000 5"])
                if arguments.first != "/tool.wasm" {
                    let exec = try await DirectExec("look", ["/bin/busybox", "cat", "/proc/uptime"], in: container)
                    #expect(try await exec.run() == 0)
                    let uptime = try #require(try exec.output.split(separator: " ").first.flatMap { Double($0) })
                    #expect(uptime > 1_000_000 && uptime < 2_000_000)
                }
                try await container.end()
            }
        }

        /// `sched_core = true` of containerd.
        @Test(.needsCoreScheduling) func aPodIsAGroupOfCoreScheduling() async throws {
            try await ShimPod.run { pod in
                let (first, other) = (
                    try pod.container(["/tool.wasm", "sleep"]), try pod.container(["/tool.wasm", "sleep"])
                )
                for container in [first, other] {
                    try await container.startShim(environment: ["SCHED_CORE": "1"])
                    try await container.create()
                    try await container.start()
                    try await container.says("ready")
                }
                var cookies: [UInt64] = []
                for container in [first, other] {
                    let processes = [
                        try await container.shim.pid, try await container.engine.pid, try await container.pid,
                    ]
                    let found = Set(try processes.map { try CoreScheduling.cookie(of: $0) })
                    #expect(found.count == 1)
                    cookies += found
                }
                #expect(Set(cookies).count == 2 && !cookies.contains(0), "\(cookies)")
                #expect(try CoreScheduling.cookie(of: getpid()) == 0)
                for container in [first, other] { try await container.end() }
            }
        }

        @Test(.needsNoCoreScheduling) func coreSchedulingThatIsAskedForInVainIsToldByTheStart() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "0"])
                let outcome = try pod.command("start", container.bundle, environment: ["SCHED_CORE": "1"])
                #expect(outcome.status == 1)
                #expect(outcome.words.contains("SCHED_CORE asks for core scheduling"), "\(outcome.words)")
            }
        }
    }
}
