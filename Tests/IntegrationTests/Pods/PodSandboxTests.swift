import CRIClient
import Foundation
import Testing

extension Integration {
    /// Pods without a pause container: `sandboxer = "shim"`.
    @Suite(.needsInstalledTree, .needsContainerd2, .leavesNothing)
    struct PodSandboxTests {
        private let tool = Image.guest("tool.wasm")
        private let handler = "martlet-sandbox"

        private func name(_ process: ProcessFacts) throws -> String {
            try String(contentsOfFile: "/proc/\(process.pid)/comm", encoding: .utf8)
        }

        @Test func containersShareWhatTheShimHolds() async throws {
            try await withPod(
                handler: handler,
                as: { $0.linux.securityContext.namespaceOptions.pid = .pod }
            ) { pod in
                let sandbox = try await pod.sandbox
                #expect(try name(sandbox) == "martlet-sandbox\n")
                #expect(try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxReady)
                #expect(pod.shims.count == 1)
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let native = try await pod.start(
                    "native", .busybox, "sh", "-c",
                    "busybox hostname; busybox cat /etc/resolv.conf; busybox ip addr; exec busybox sleep 1000")
                let address = try await pod.cri.podSandboxStatus(pod.id).status.network.ip
                try await native.says("inet \(address)/")
                let resolver = try String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8)
                #expect(native.text().hasPrefix("\(pod.config.hostname)\n\(resolver)"))
                for kind in ["pid", "ipc", "uts", "net"] {
                    let names = Set(
                        try [sandbox, try await guest.process, try await native.process].map { try $0.namespace(kind) })
                    #expect(names.count == 1, "\(kind)")
                    #expect(try !names.contains(ProcessFacts(pid: getpid()).namespace(kind)), "\(kind)")
                }
                #expect(pod.shims.count == 1, "one shim serves the pod")
                #expect(try await guest.exec("/tool.wasm", "print", "probed").stdout == "probed\n")
                try await guest.stop(grace: 30)
                #expect(try await guest.status.exitCode == 143)
                try await guest.remove()
                #expect(try await native.status.state == .containerRunning)
                try await pod.stop()
                #expect(try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxNotready)
                #expect(!sandbox.isAlive)
            }
        }

        /// Not of the node's network: containerd 2.1.9 itself ends on such a pod (a nil specification in NewBundle).
        @Test func aPodInTheNodesIPCNamespaceIsThere() async throws {
            try await withPod(
                handler: handler,
                as: { $0.linux.securityContext.namespaceOptions.ipc = .node }
            ) { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                let own = try ProcessFacts(pid: getpid()).namespace("ipc")
                #expect(try await pod.sandbox.namespace("ipc") == own)
                #expect(try await guest.process.namespace("ipc") == own)
            }
        }

        @Test func aPodOutlivesContainerd() async throws {
            try await withPod(handler: handler) { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let (sandbox, process) = (try await pod.sandbox, try await guest.process)
                try await pod.containerd.restart(with: SIGKILL)
                #expect(sandbox.isAlive && process.isAlive)
                #expect(try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxReady)
                #expect(try await guest.process.pid == process.pid)
                let next = try await pod.start("next", tool, "print", "after")
                #expect(try await next.ended().exitCode == 0)
            }
        }

        @Test func whatAKilledShimLeavesOfAPodIsClearedAway() async throws {
            try await withPod(handler: handler) { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let (sandbox, process) = (try await pod.sandbox, try await guest.process)
                for shim in pod.shims { kill(shim.pid, SIGKILL) }
                try await eventually("the end of the pod's processes") { !sandbox.isAlive && !process.isAlive }
                // Asked at the wrong moment, containerd answers with the end of its connection.
                try await eventually("the pod's state") {
                    (try? await pod.cri.podSandboxStatus(pod.id))?.status.state == .sandboxNotready
                }
                try await eventually("the guest's state") { try await guest.status.state == .containerExited }
            }
        }

        @Test func theDeathOfTheSandboxesProcessIsSeen() async throws {
            try await withPod(handler: handler) { pod in
                kill(try await pod.sandbox.pid, SIGKILL)
                try await eventually("the pod's state") {
                    try await pod.cri.podSandboxStatus(pod.id).status.state == .sandboxNotready
                }
            }
        }

        /// In the ordinary mode too, version 3 of the task service has no `delete` for each container.
        @Test func whatAKilledShimLeavesOfAPodWithAPauseContainerIsClearedAway() async throws {
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let process = try await guest.process
                for shim in pod.shims { kill(shim.pid, SIGKILL) }
                try await eventually("the guest's end") { !process.isAlive }
                try await eventually("the guest's state") { try await guest.status.state == .containerExited }
            }
        }
    }
}
