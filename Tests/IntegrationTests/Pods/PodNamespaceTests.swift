import CRIClient
import Foundation
import Testing

extension Integration {
    /// What the containers of a pod share with each other and with the node.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodNamespaceTests {
        private let tool = Image.guest("tool.wasm")
        private let node = ProcessFacts(pid: getpid())

        /// The namespaces of the sandbox, of a guest and of a native process of one pod.
        private func compare(
            _ pod: Pod, shared: [String], apart: [String] = [], ofTheNode: [String] = []
        ) async throws {
            let guest = try await pod.start("guest", tool, "sleep")
            let native = try await pod.start("native", .busybox, "sleep", "1000")
            let all = [try await pod.sandbox, try await guest.process, try await native.process]
            for kind in shared {
                let names = Set(try all.map { try $0.namespace(kind) })
                #expect(names.count == 1, "\(kind)")
                let here = try node.namespace(kind)
                #expect(names.contains(here) == ofTheNode.contains(kind), "\(kind)")
            }
            for kind in apart {
                let names = Set(try (all + [node]).map { try $0.namespace(kind) })
                #expect(names.count == 4, "\(kind)")
            }
        }

        @Test func networkIPCAndNamesAreShared() async throws {
            try await withPod { pod in try await compare(pod, shared: ["net", "ipc", "uts"], apart: ["mnt", "pid"]) }
        }

        @Test func processesAreSharedWhereThePodSaysSo() async throws {
            try await withPod(as: { $0.linux.securityContext.namespaceOptions.pid = .pod }) { pod in
                try await compare(pod, shared: ["pid", "net", "ipc", "uts"], apart: ["mnt"])
                let seen = try await pod.start("seen", .busybox, "cat", "/proc/1/cmdline")
                try await seen.ended()
                #expect(seen.text().hasPrefix("/pause"))
            }
        }

        @Test func hostNetworkIsTheNodes() async throws {
            try await withPod(as: {
                $0.linux.securityContext.namespaceOptions.network = .node
                $0.hostname = ""
            }) { pod in
                try await compare(pod, shared: ["net", "ipc"], apart: ["pid"], ofTheNode: ["net"])
            }
        }

        @Test func hostPIDIsTheNodes() async throws {
            try await withPod(as: { $0.linux.securityContext.namespaceOptions.pid = .node }) { pod in
                try await compare(pod, shared: ["pid", "net"], ofTheNode: ["pid"])
            }
        }

        @Test func hostIPCIsTheNodes() async throws {
            try await withPod(as: { $0.linux.securityContext.namespaceOptions.ipc = .node }) { pod in
                try await compare(pod, shared: ["ipc", "net"], ofTheNode: ["ipc"])
            }
        }

        @Test func thePodHasItsAddressAndItsName() async throws {
            try await withPod { pod in
                let address = try await pod.cri.podSandboxStatus(pod.id).status.network.ip
                #expect(address.hasPrefix("10."))
                let container = try await pod.start("look", .busybox, "sh", "-c", "busybox hostname; busybox ip addr")
                try await container.ended()
                #expect(container.text().hasPrefix("\(pod.config.hostname)\n"))
                #expect(container.text().contains("inet \(address)/"))
            }
        }

        @Test func sysctlsAreThoseOfThePod() async throws {
            try await withPod(as: {
                $0.linux.sysctls = ["net.ipv4.ip_unprivileged_port_start": "81", "kernel.shm_rmid_forced": "1"]
            }) { pod in
                let guest = try await pod.start("guest", tool, "read", "/proc/sys/net/ipv4/ip_unprivileged_port_start")
                let native = try await pod.start("native", .busybox, "cat", "/proc/sys/kernel/shm_rmid_forced")
                try await guest.ended()
                try await native.ended()
                #expect(guest.text() == "81")
                #expect(native.text() == "1")
            }
        }
    }
}
