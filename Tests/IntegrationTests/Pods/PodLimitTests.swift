import CRIClient
import Foundation
import Testing

extension Integration {
    /// Limits of a pod's containers, and what is told of their use.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodLimitTests {
        private let tool = Image.guest("tool.wasm")
        private static let mebibyte: Int64 = 1 << 20

        /// A file of a container's cgroup of version 1.
        private func cgroupFile(_ container: PodContainer, _ controller: String, _ name: String) async throws -> String
        {
            let path = try await container.process.cgroups[controller] ?? ""
            return try String(contentsOfFile: "/sys/fs/cgroup/\(controller)\(path)/\(name)", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @Test func aNativeContainerThatTakesTooMuchIsOOMKilled() async throws {
            try await withPod { pod in
                let hungry = try await pod.start("hungry", .busybox, "sh", "-c", "busybox tail /dev/zero") {
                    $0.linux.resources.memoryLimitInBytes = 16 * Self.mebibyte
                }
                #expect(try await hungry.ended().exitCode == 137)
                // containerd takes note of the two events in whatever order it gets to them.
                try await eventually("the reason") { try await hungry.status.reason == "OOMKilled" }
            }
        }

        @Test func aGuestIsRefusedMemoryBeforeItIsKilledForIt() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "grow", "200") {
                    $0.linux.resources.memoryLimitInBytes = 48 * Self.mebibyte
                }
                let status = try await guest.ended()
                #expect(status.exitCode == 3)
                #expect(status.reason == "Error")
                #expect(guest.text().hasPrefix("refused after"))
            }
        }

        @Test(.enabled(if: !Cgroups.areVersion2, "needs cgroup v1"))
        func aResizeIsInTheKernelsFiles() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep") {
                    $0.linux.resources.memoryLimitInBytes = 64 * Self.mebibyte
                    $0.linux.resources.cpuShares = 256
                }
                #expect(try await cgroupFile(guest, "memory", "memory.limit_in_bytes") == "\(64 * Self.mebibyte)")
                #expect(try await cgroupFile(guest, "cpu", "cpu.shares") == "256")
                var resources = CRILinuxContainerResources()
                resources.memoryLimitInBytes = 96 * Self.mebibyte
                resources.cpuShares = 512
                resources.cpuQuota = 50_000
                resources.cpuPeriod = 100_000
                try await pod.cri.updateContainerResources(guest.id, resources)
                #expect(try await cgroupFile(guest, "memory", "memory.limit_in_bytes") == "\(96 * Self.mebibyte)")
                #expect(try await cgroupFile(guest, "cpu", "cpu.shares") == "512")
                #expect(try await cgroupFile(guest, "cpu", "cpu.cfs_quota_us") == "50000")
                #expect(try await guest.status.state == .containerRunning)
            }
        }

        /// What the guest is refused follows the container's limit, both ways.
        @Test(arguments: [(128, 256, Int32(0)), (256, 128, 3)])
        func aResizeIsTheRunningGuestsToo(before: Int64, after: Int64, status: Int32) async throws {
            let folder = try HostFolder()
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "grow", "160", "/go/now") {
                    $0.linux.resources.memoryLimitInBytes = before * Self.mebibyte
                    $0.mounts = [.bind(folder.path, at: "/go")]
                }
                try await guest.says("ready")
                try await with(try await pod.cri.exec(guest.id, ["/tool.wasm", "grow", "160", "/go/exec"])) { exec in
                    try await eventually("the module of exec") { exec.text().contains("ready") }
                    var resources = CRILinuxContainerResources()
                    resources.memoryLimitInBytes = after * Self.mebibyte
                    try await pod.cri.updateContainerResources(guest.id, resources)
                    // One after the other: they have the container's memory together.
                    try "".write(toFile: "\(folder.path)/exec", atomically: false, encoding: .utf8)
                    try await eventually("the end of exec: \(exec.text())") { exec.exitCode == Int(status) }
                }
                try "".write(toFile: "\(folder.path)/now", atomically: false, encoding: .utf8)
                let end = try await guest.ended()
                #expect(end.exitCode == status, "\(guest.text()) \(end.reason)")
            }
        }

        @Test(.enabled(if: !Cgroups.areVersion2, "needs cgroup v1"))
        func theStatsOfAContainerAreTheKernels() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "spin")
                try await guest.says("ready")
                // What is told lies between what the kernel says before and after.
                let before = try #require(UInt64(try await cgroupFile(guest, "cpuacct", "cpuacct.usage")))
                let stats = try await pod.cri.containerStats(guest.id)
                let after = try #require(UInt64(try await cgroupFile(guest, "cpuacct", "cpuacct.usage")))
                #expect((before...after).contains(stats.cpu.usageCoreNanoSeconds.value))
                let usage = try #require(UInt64(try await cgroupFile(guest, "memory", "memory.usage_in_bytes")))
                #expect(stats.memory.workingSetBytes.value > 0)
                #expect(stats.memory.workingSetBytes.value <= usage + (4 << 20))
            }
        }

        @Test func theStatsOfAPodNameItsContainers() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                _ = try await pod.start("native", .busybox, "sleep", "1000")
                try await guest.says("ready")
                let stats = try await pod.cri.podSandboxStats(pod.id)
                #expect(stats.containers.count == 2)
                #expect(stats.containers.allSatisfy { $0.memory.workingSetBytes.value > 0 })
            }
        }
    }
}

/// This machine's cgroups.
enum Cgroups {
    static let areVersion2 = FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cgroup.controllers")
}
