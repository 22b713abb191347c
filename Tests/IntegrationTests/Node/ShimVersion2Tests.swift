import ContainerdAPI
import Foundation
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

extension Integration {
    /// Cgroups of version 2 through the task service: limits that hold, what is counted, what is below a container's.
    @Suite(.needsCgroupV2, .needsInstalledTree)
    struct ShimVersion2Tests {
        private func folder(_ container: DirectContainer) -> CgroupFolder {
            CgroupFolder(path: "/sys/fs/cgroup/\(container.pod.namespace)/\(container.id)")
        }

        private func limits(_ spec: inout Spec, _ change: (inout LinuxResources) -> Void) {
            var resources = spec.linux?.resources ?? LinuxResources()
            change(&resources)
            spec.linux?.resources = resources
        }

        private func metrics(_ container: DirectContainer) async throws -> CgroupV2Metrics {
            let stats = try await container.call(TaskMethod.stats, .with { $0.id = container.id }).stats
            return try #require(try stats.unpacked(as: CgroupV2Metrics.self))
        }

        /// A line of io.max for one of this machine's disks.
        private func throttle() throws -> String {
            let disks = try FileManager.default.contentsOfDirectory(atPath: "/sys/block").sorted()
            let disk = try #require(disks.first { !$0.hasPrefix("loop") && !$0.hasPrefix("ram") })
            return
                "\(try CgroupFolder(path: "/sys/block/\(disk)").read("dev")) rbps=1048576 wbps=max riops=max wiops=max"
        }

        @Test func everyLimitIsInItsFileAndUpdateChangesIt() async throws {
            let throttle = try throttle()
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"]) {
                    limits(&$0) {
                        var memory = MemoryResources()
                        memory.limit = 64 << 20
                        memory.reservation = 32 << 20
                        memory.swap = 64 << 20
                        $0.memory = memory
                        var cpu = CPUResources()
                        cpu.shares = 1024
                        cpu.quota = 50_000
                        cpu.period = 100_000
                        cpu.burst = 10_000
                        cpu.cpus = "0"
                        cpu.mems = "0"
                        $0.cpu = cpu
                        $0.pids = PidsResources(limit: 64)
                        $0.unified = [
                            "memory.high": "\(48 << 20)", "memory.oom.group": "1", "io.max": throttle,
                            "hugetlb.2MB.max": "\(4 << 20)",
                        ]
                    }
                }
                try await container.launch()
                try await container.says("ready")
                let folder = folder(container)
                let wanted = [
                    "memory.max": "\(64 << 20)", "memory.low": "\(32 << 20)", "memory.high": "\(48 << 20)",
                    "memory.swap.max": "0", "memory.oom.group": "1", "cpu.weight": "39", "cpu.max": "50000 100000",
                    "cpu.max.burst": "10000", "cpuset.cpus": "0", "cpuset.mems": "0", "pids.max": "64",
                    "io.max": throttle, "hugetlb.2MB.max": "\(4 << 20)",
                ]
                for (name, value) in wanted { #expect(try folder.read(name) == value, "\(name)") }
                let json = """
                    {"memory": {"limit": 134217728, "swap": 134217728, "reservation": 67108864},
                     "cpu": {"shares": 512, "quota": 25000, "period": 50000, "burst": 0}, "pids": {"limit": 77},
                     "unified": {"memory.high": "max"}}
                    """
                _ = try await container.call(
                    TaskMethod.update,
                    .with {
                        $0.id = container.id
                        $0.resources = Google_Protobuf_Any(json: Array(json.utf8), as: .linuxResources)
                    })
                let changed = [
                    "memory.max": "\(128 << 20)", "memory.low": "\(64 << 20)", "memory.high": "max",
                    "cpu.weight": "20", "cpu.max": "25000 50000", "cpu.max.burst": "0", "pids.max": "77",
                    "cpuset.cpus": "0",
                ]
                for (name, value) in changed { #expect(try folder.read(name) == value, "\(name)") }
                try await container.end()
                #expect(!folder.exists)
            }
        }

        /// By the kernel's own count: in so many periods, that much time at most.
        @Test func aGuestThatSpinsIsHeldToItsQuota() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "spin"]) {
                    limits(&$0) {
                        var cpu = CPUResources()
                        cpu.quota = 20_000
                        cpu.period = 100_000
                        $0.cpu = cpu
                    }
                }
                try await container.launch()
                let folder = folder(container)
                try await eventually("the guest to be held back") {
                    try folder.counters("cpu.stat")["nr_throttled"] > 2
                }
                let before = try folder.counters("cpu.stat")
                var after = before
                try await eventually("30 periods", within: 60) {
                    after = try folder.counters("cpu.stat")
                    return after["nr_periods"] >= before["nr_periods"] + 30
                }
                let used = after["usage_usec"] - before["usage_usec"]
                let periods = after["nr_periods"] - before["nr_periods"]
                // What it begins in one period it may end in the next.
                #expect(used <= (periods + 1) * 20_000 * 11 / 10)
                // It is the limit that holds it, not want of work: but for a busy machine it gets most of it.
                #expect(after["nr_throttled"] > before["nr_throttled"])
                try await container.end()
            }
        }

        @Test func aKillForWantOfMemoryIsToldBeforeTheExit() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/bin/busybox", "tail", "/dev/zero"]) {
                    limits(&$0) {
                        var memory = MemoryResources()
                        memory.limit = 24 << 20
                        $0.memory = memory
                    }
                }
                try await container.launch()
                #expect(try await container.finish() == 137)
                try await eventually("all events") { pod.events.topics.contains("/tasks/delete") }
                let topics = pod.events.topics
                #expect(topics == ["/tasks/create", "/tasks/start", "/tasks/oom", "/tasks/exit", "/tasks/delete"])
            }
        }

        @Test func theMetricsAreTheFiles() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"]) {
                    limits(&$0) {
                        var memory = MemoryResources()
                        memory.limit = 64 << 20
                        $0.memory = memory
                        $0.pids = PidsResources(limit: 64)
                    }
                }
                try await container.launch()
                try await container.says("ready")
                let folder = folder(container)
                // What is counted lies between what the kernel says before and after.
                let before = try folder.counters("cpu.stat")
                var found = try await metrics(container)
                let after = try folder.counters("cpu.stat")
                #expect((before["usage_usec"]...after["usage_usec"]).contains(found.cpu.usageUsec))
                #expect((before["user_usec"]...after["user_usec"]).contains(found.cpu.userUsec))
                // A container that sleeps takes no memory, but the kernel counts late, and what it had set aside or must
                // not free yet it gives back late.
                try await eventually("figures of memory that are the files'") {
                    found = try await metrics(container)
                    let memory = try folder.counters("memory.stat")
                    let current = UInt64(try folder.read("memory.current"))
                    return found.memory.anon == memory["anon"] && found.memory.fileMapped == memory["file_mapped"]
                        && found.memory.pgfault == memory["pgfault"] && found.memory.usage == current
                }
                #expect(found.memory.usage > 0 && found.memory.usageLimit == 64 << 20)
                #expect(found.pids.current == UInt64(try folder.read("pids.current")) && found.pids.limit == 64)
                #expect(found.memoryEvents.oomKill == 0)
                #expect(found.memory.hasPsi == folder.has("memory.pressure"))
                try await container.end()
            }
        }

        /// By cgroup.kill, which reaches also what a container put into cgroups of its own; without a pid namespace
        /// nothing else ends them.
        @Test func theRestIsKilledWithTheFirstProcess() async throws {
            try await ShimPod.run { pod in
                let script = """
                    mkdir /sys/fs/cgroup/inner
                    /bin/busybox sleep 1000 &
                    echo $! >/sys/fs/cgroup/inner/cgroup.procs && echo ready
                    read line </proc/self/cgroup; echo $line; exec /bin/busybox sleep 1000
                    """
                let container = try pod.container(["/bin/busybox", "sh", "-c", script]) {
                    giveCgroups(&$0)
                    $0.linux?.namespaces?.removeAll { $0.type == .pid }
                }
                try await container.launch()
                try await container.says("0::/")
                let folder = folder(container)
                let inner = try folder.read("inner/cgroup.procs")
                let other = ProcessFacts(pid: try #require(pid_t(inner)))
                #expect(other.isAlive)
                kill(try await container.pid, SIGTERM)
                try await container.wait()
                try await eventually("the end of the other process") { !other.isAlive }
                try await container.delete()
                #expect(!folder.exists)
                try await container.shutdown()
            }
        }

        /// A container with a cgroup namespace manages cgroups of its own, and its processes of exec find their place.
        @Test func aContainerMayMakeCgroupsOfItsOwn() async throws {
            try await ShimPod.run { pod in
                let script = """
                    cd /sys/fs/cgroup && mkdir inner && echo $$ >inner/cgroup.procs &&
                    echo +pids +memory >cgroup.subtree_control && mkdir other && echo 5 >other/pids.max && echo ready
                    exec /bin/busybox sleep 1000
                    """
                let container = try pod.container(["/bin/busybox", "sh", "-c", script], change: giveCgroups)
                try await container.launch()
                try await container.says("ready")
                let folder = folder(container)
                #expect(try folder.read("cgroup.subtree_control") == "memory pids")
                #expect(try folder.read("other/pids.max") == "5")
                let exec = try await DirectExec("look", ["/bin/busybox", "cat", "/proc/self/cgroup"], in: container)
                #expect(try await exec.run() == 0)
                #expect(try exec.output == "0::/inner\n")
                // All that is below counts as the container's.
                let pids = try await container.call(TaskMethod.pids, .with { $0.id = container.id }).processes.map(
                    \.pid)
                #expect(pids == [UInt32(try await container.pid)])
                #expect(try await metrics(container).pids.current == 1)
                _ = try await container.call(TaskMethod.pause, .with { $0.id = container.id })
                #expect(try folder.counters("inner/cgroup.events")["frozen"] == 1)
                // What is frozen is killed all the same.
                try await container.end()
                #expect(!folder.exists)
            }
        }

        private func giveCgroups(_ spec: inout Spec) {
            spec.linux?.namespaces?.append(Namespace(type: .cgroup))
            spec.mounts?.append(
                Mount(
                    destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
                    options: ["nosuid", "noexec", "nodev"]))
        }
    }
}
