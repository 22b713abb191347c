import ContainerdAPI
import Foundation
import LinuxSystem
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

@testable import ShimBench

/// A pod without a pause container whose shim is driven over ttrpc by the test itself: a container's bundle that has no
/// config.json, as containerd 2 makes it for a sandbox.
struct DirectSandbox {
    let container: DirectContainer
    var id: String { container.id }
    var pod: ShimPod { container.pod }

    init(in pod: ShimPod) throws {
        container = try pod.container(["/none"])
        try FileManager.default.removeItem(atPath: "\(container.folder)/config.json")
    }

    func call<Request: Message, Response: Message>(
        _ method: ServiceMethod<Request, Response>, _ request: Request
    ) async throws -> Response {
        try await container.call(method, request, service: SandboxMethod.serviceName)
    }

    /// Starts the shim, and asks for a sandbox in a network namespace of its own.
    func create(_ change: (inout CRIPodSandboxConfig) -> Void = { _ in }) async throws {
        try await container.startShim()
        var config = CRIPodSandboxConfig()
        config.hostname = "pod-\(id)"
        config.dnsConfig.servers = ["192.0.2.53"]
        config.linux.cgroupParent = "/\(pod.namespace)"
        change(&config)
        let options = try Google_Protobuf_Any(packing: config)
        _ = try await call(
            SandboxMethod.create,
            .with {
                $0.sandboxID = id
                $0.bundlePath = container.folder
                $0.options = options
            })
    }

    /// - Returns: the pid whose namespaces are the pod's.
    func start() async throws -> pid_t {
        pid_t(try await call(SandboxMethod.start, .with { $0.sandboxID = id }).pid)
    }

    var status: SandboxSandboxStatusResponse {
        get async throws { try await call(SandboxMethod.status, .with { $0.sandboxID = id }) }
    }

    func stop() async throws {
        _ = try await call(SandboxMethod.stop, .with { $0.sandboxID = id })
    }

    func shutdown() async throws {
        _ = try await call(SandboxMethod.shutdown, .with { $0.sandboxID = id })
    }

    /// A container as CRI specifies it: in the pod's namespaces, without the mounts of files that CRI has not made.
    func member(
        _ arguments: [String], of pid: pid_t, change: (inout Spec) -> Void = { _ in }
    ) throws -> DirectContainer {
        let member = try pod.container(arguments) { spec in
            spec.annotations = ["io.kubernetes.cri.sandbox-id": id]
            spec.linux?.namespaces =
                [Namespace(type: .mount)]
                + [(Namespace.Kind.pid, "pid"), (.ipc, "ipc"), (.uts, "uts"), (.network, "net")].map {
                    Namespace(type: $0.0, path: "/proc/\(pid)/ns/\($0.1)")
                }
            change(&spec)
        }
        // Which containerd 2 writes for it, and calls no shim.
        try id.write(toFile: "\(member.folder)/sandbox", atomically: false, encoding: .utf8)
        member.useShim(of: container)
        return member
    }
}
