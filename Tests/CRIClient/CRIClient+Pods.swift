/// Pod sandboxes.
extension CRIClient {
    /// Makes and starts a pod's sandbox with the handler of a RuntimeClass; its id.
    package func runPodSandbox(_ config: CRIPodSandboxConfig, handler: String) async throws -> String {
        var request = CRIRunPodSandboxRequest()
        request.config = config
        request.runtimeHandler = handler
        let answer: CRIRunPodSandboxResponse = try await call("RunPodSandbox", request)
        return answer.podSandboxID
    }

    /// Ends what still runs in it, and takes its network away.
    package func stopPodSandbox(_ id: String) async throws {
        let _: CRIDone = try await call("StopPodSandbox", podSandbox(id))
    }

    /// Removes it with its containers.
    package func removePodSandbox(_ id: String) async throws {
        let _: CRIDone = try await call("RemovePodSandbox", podSandbox(id))
    }

    package func podSandboxStats(_ id: String) async throws -> CRILinuxPodSandboxStats {
        let answer: CRIPodSandboxStatsResponse = try await call("PodSandboxStats", podSandbox(id))
        return answer.stats.linux
    }

    /// With the runtime's own words of it, which are JSON.
    package func podSandboxStatus(_ id: String) async throws -> CRIPodSandboxStatusResponse {
        var request = CRIPodSandboxStatusRequest()
        request.podSandboxID = id
        request.verbose = true
        return try await call("PodSandboxStatus", request)
    }

    package func podSandboxes() async throws -> [CRIPodSandbox] {
        let answer: CRIListPodSandboxResponse = try await call("ListPodSandbox", CRIListPodSandboxRequest())
        return answer.items
    }

    /// Whether the runtime has an image of this name.
    package func hasImage(_ name: String) async throws -> Bool {
        var request = CRIImageStatusRequest()
        request.image.image = name
        let answer: CRIImageStatusResponse = try await call("ImageStatus", request, service: "ImageService")
        return answer.hasImage
    }

    private func podSandbox(_ id: String) -> CRIPodSandboxRequest {
        var request = CRIPodSandboxRequest()
        request.podSandboxID = id
        return request
    }
}
