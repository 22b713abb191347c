import CRIClient
import Foundation

/// A pod that runs: its sandbox, in which containers can be started.
struct Pod: Sendable {
    let id: String
    let config: CRIPodSandboxConfig
    let containerd: PrivateContainerd

    var cri: CRIClient { containerd.cri }

    /// Runs the sandbox of a pod.
    static func run(
        handler: String = "martlet", _ change: (inout CRIPodSandboxConfig) -> Void = { _ in }
    ) async throws -> Pod {
        let containerd = try await PrivateContainerd.shared
        _ = try await containerd.podName(of: .pause)
        let uid = UUID().uuidString.lowercased()
        var config = CRIPodSandboxConfig()
        config.metadata.name = "pod-\(uid.prefix(8))"
        config.metadata.uid = uid
        config.metadata.namespace = "default"
        config.hostname = config.metadata.name
        config.logDirectory = "\(containerd.folder)/logs/\(uid)"
        config.linux.cgroupParent = "/\(containerd.namespace)"
        // As the kubelet has it, unless the pod says shareProcessNamespace.
        config.linux.securityContext.namespaceOptions.pid = .container
        change(&config)
        try FileManager.default.createDirectory(atPath: config.logDirectory, withIntermediateDirectories: true)
        do {
            let id = try await containerd.cri.runPodSandbox(config, handler: handler)
            await containerd.know(pod: id)
            return Pod(id: id, config: config, containerd: containerd)
        } catch {
            // It may be there although the answer was lost.
            for pod in (try? await containerd.cri.podSandboxes()) ?? [] where pod.metadata.uid == uid {
                try? await containerd.cri.stopPodSandbox(pod.id)
                try? await containerd.cri.removePodSandbox(pod.id)
            }
            try? FileManager.default.removeItem(atPath: config.logDirectory)
            throw error
        }
    }

    /// Makes a container of the pod.
    ///
    /// - Parameter arguments: after the image's entrypoint.
    func create(
        _ name: String, _ image: Image, _ arguments: String..., change: (inout CRIContainerConfig) -> Void = { _ in }
    ) async throws -> PodContainer {
        var container = CRIContainerConfig()
        container.metadata.name = name
        container.image.image = try await containerd.podName(of: image)
        container.command = image.entrypoint
        container.args = arguments
        container.logPath = "\(name)-\(UUID().uuidString.prefix(4)).log"
        container.linux.securityContext.namespaceOptions = config.linux.securityContext.namespaceOptions
        change(&container)
        let id = try await cri.createContainer(container, in: self.id, config)
        return PodContainer(id: id, name: name, log: "\(config.logDirectory)/\(container.logPath)", cri: cri)
    }

    /// Makes a container of the pod and starts it.
    func start(
        _ name: String, _ image: Image, _ arguments: String..., change: (inout CRIContainerConfig) -> Void = { _ in }
    ) async throws -> PodContainer {
        let container = try await create(name, image) { config in
            config.args = arguments
            change(&config)
        }
        try await container.start()
        return container
    }

    func stop() async throws { try await cri.stopPodSandbox(id) }

    /// Stops and removes the pod with all that is in it.
    func remove() async throws {
        try await stop()
        try await cri.removePodSandbox(id)
        try? FileManager.default.removeItem(atPath: config.logDirectory)
    }

    /// The shims that serve it: those that were started for its id.
    var shims: [ProcessFacts] {
        ProcessFacts.all.filter { process in
            guard process.isAlive, let arguments = try? process.arguments else { return false }
            return arguments.contains(containerd.socket) && arguments.contains(id)
                && process.executable?.hasSuffix("containerd-shim-martlet-v1") == true
        }
    }

    /// The process of the sandbox, in this machine's pid namespace.
    var sandbox: ProcessFacts {
        get async throws { try facts(try await cri.podSandboxStatus(id).info) }
    }
}

/// Runs a pod, and removes it when the body has ended, whatever came of it.
func withPod(
    handler: String = "martlet", as change: (inout CRIPodSandboxConfig) -> Void = { _ in },
    _ body: (Pod) async throws -> Void
) async throws {
    let pod = try await Pod.run(handler: handler, change)
    do {
        try await body(pod)
    } catch {
        try? await pod.remove()
        throw error
    }
    try await pod.remove()
}

/// The process in the runtime's own words of a sandbox or a container.
func facts(_ info: [String: String]) throws -> ProcessFacts {
    struct Words: Decodable { var pid: pid_t }
    return ProcessFacts(pid: try JSONDecoder().decode(Words.self, from: Data((info["info"] ?? "").utf8)).pid)
}
