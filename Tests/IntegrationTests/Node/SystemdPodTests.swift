import CRIClient
import Foundation
import Testing

extension Integration {
    /// Pods as the kubelet makes them with its cgroup driver "systemd": each container a scope in the pod's slice.
    @Suite(.needsSystemd, .needsCgroupV2, .needsInstalledTree, .leavesNothing)
    struct SystemdPodTests {
        private let tool = Image.guest("tool.wasm")
        private static let mebibyte: Int64 = 1 << 20

        /// The slice of a pod, from the top.
        private func slices() async throws -> [String] {
            let namespace = try await PrivateContainerd.shared.namespace
            return ["\(namespace).slice", "\(namespace)-pods.slice"]
        }

        private func scope(_ id: String) async throws -> ScopeFacts {
            ScopeFacts(unit: "cri-containerd-\(id).scope", slices: try await slices())
        }

        private func withSlicedPod(_ handler: String, _ body: (Pod) async throws -> Void) async throws {
            let parent = "/" + (try await slices()).joined(separator: "/")
            try await withPod(handler: handler, as: { $0.linux.cgroupParent = parent }, body)
        }

        @Test func eachContainerIsAScopeInThePodsSlice() async throws {
            var scopes: [ScopeFacts] = []
            try await withSlicedPod("martlet-systemd") { pod in
                let guest = try await pod.start("guest", tool, "sleep") {
                    $0.linux.resources.memoryLimitInBytes = 64 * Self.mebibyte
                    $0.linux.resources.cpuShares = 256
                    $0.linux.resources.cpuQuota = 50_000
                    $0.linux.resources.cpuPeriod = 100_000
                }
                let native = try await pod.start("native", .busybox, "sleep", "1000")
                try await guest.says("ready")
                let (guestScope, nativeScope) = (try await scope(guest.id), try await scope(native.id))
                scopes = [try await scope(pod.id), guestScope, nativeScope]
                for (scope, process) in zip(
                    scopes, [try await pod.sandbox, try await guest.process, try await native.process])
                {
                    #expect(try process.cgroups[""] == scope.place)
                    #expect(try scope.folder.read("cgroup.procs") == "\(process.pid)")
                    #expect(try await scope.properties(["ActiveState"]) == ["ActiveState": "active"])
                }
                #expect(try await guest.exec("/tool.wasm", "print", "healthy").stdout == "healthy\n")
                #expect(try await native.exec("/bin/busybox", "cat", "/proc/1/cgroup").stdout == "0::/\n")

                func check(_ file: [String: String], _ properties: [String: String]) async throws {
                    for (name, value) in file { #expect(try guestScope.folder.read(name) == value, "\(name)") }
                    #expect(try await guestScope.properties(properties.keys.sorted()) == properties)
                }
                try await check(
                    ["memory.max": "\(64 * Self.mebibyte)", "cpu.weight": "10", "cpu.max": "50000 100000"],
                    ["MemoryMax": "\(64 * Self.mebibyte)", "CPUWeight": "10", "CPUQuotaPerSecUSec": "500ms"])
                // A pod that is resized, and a manager that writes everything anew.
                var resources = CRILinuxContainerResources()
                resources.memoryLimitInBytes = 96 * Self.mebibyte
                resources.cpuShares = 512
                resources.cpuQuota = 25_000
                resources.cpuPeriod = 100_000
                try await pod.cri.updateContainerResources(guest.id, resources)
                for _ in 0..<2 {
                    try await check(
                        ["memory.max": "\(96 * Self.mebibyte)", "cpu.weight": "20", "cpu.max": "25000 100000"],
                        ["MemoryMax": "\(96 * Self.mebibyte)", "CPUWeight": "20", "CPUQuotaPerSecUSec": "250ms"])
                    try await systemctl("daemon-reload")
                }
                let stats = try await pod.cri.containerStats(guest.id)
                #expect(stats.memory.workingSetBytes.value > 0)
                let usage = try guestScope.folder.counters("cpu.stat")["usage_usec"]
                #expect(stats.cpu.usageCoreNanoSeconds.value > 0)
                #expect(stats.cpu.usageCoreNanoSeconds.value <= usage * 1000)
                try await guest.stop(grace: 0)
                try await guest.remove()
                try await guestScope.expectRemoved()
            }
            for scope in scopes { try await scope.expectRemoved() }
        }

        @Test func aContainerThatTakesTooMuchIsOOMKilled() async throws {
            try await withSlicedPod("martlet-systemd") { pod in
                let hungry = try await pod.start("hungry", .busybox, "tail", "/dev/zero") {
                    $0.linux.resources.memoryLimitInBytes = 16 * Self.mebibyte
                }
                #expect(try await hungry.ended().exitCode == 137)
                // containerd takes note of the two events in whatever order it gets to them.
                try await eventually("the reason") { try await hungry.status.reason == "OOMKilled" }
            }
        }

        /// What the kubelet sets on the pod's slice holds for the guest: memory is refused to it in time.
        @Test func theSlicesLimitIsTheGuests() async throws {
            let slice = try await slices()[1]
            try await withSlicedPod("martlet-systemd") { pod in
                try await systemctl("set-property", "--runtime", slice, "MemoryMax=64M")
                let guest = try await pod.start("guest", tool, "grow", "200")
                #expect(try await guest.ended().exitCode == 3)
                #expect(guest.text().hasPrefix("refused after"))
                try await systemctl("set-property", "--runtime", slice, "MemoryMax=infinity")
            }
        }

        /// Without SystemdCgroup = true, since the path says it too.
        @Test func aPodLivesOnThroughRestartsOfContainerdAndSystemd() async throws {
            try await withSlicedPod("martlet") { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let process = try await guest.process
                #expect(try await process.cgroups[""] == scope(guest.id).place)
                try await pod.containerd.restart { try await systemctl("daemon-reexec") }
                #expect(process.isAlive)
                #expect(try await guest.status.state == .containerRunning)
                let second = try await pod.start("second", tool, "exit", "7")
                #expect(try await second.ended().exitCode == 7)
            }
        }

        /// containerd 1.6 does not pass the option on to a runtime that is not runc.
        @Test(.needsContainerd2) func aPathThatIsNoSliceIsRefused() async throws {
            let error = await #expect(throws: (any Error).self) {
                try await withPod(handler: "martlet-systemd", as: { $0.linux.cgroupParent = "/plain" }) { _ in }
            }
            #expect("\(String(describing: error))".contains("takes slice:prefix:name"), "\(String(describing: error))")
        }

        @Test(.needsContainerd2) func aPodWithoutAPauseContainerIsAScopeToo() async throws {
            var scopes: [ScopeFacts] = []
            try await withSlicedPod("martlet-sandbox") { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                scopes = [try await scope(pod.id), try await scope(guest.id)]
                for scope in scopes { #expect(try await scope.properties(["ActiveState"])["ActiveState"] == "active") }
                #expect(try await guest.process.cgroups[""] == scopes[1].place)
            }
            for scope in scopes { try await scope.expectRemoved() }
        }
    }
}
