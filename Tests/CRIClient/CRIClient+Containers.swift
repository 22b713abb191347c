internal import Foundation

/// Containers of a pod.
extension CRIClient {
    /// Makes a container, which does not run yet; its id.
    ///
    /// - Parameter podConfig: what the sandbox was made of.
    package func createContainer(
        _ config: CRIContainerConfig, in pod: String, _ podConfig: CRIPodSandboxConfig
    ) async throws -> String {
        var request = CRICreateContainerRequest()
        request.podSandboxID = pod
        request.config = config
        request.sandboxConfig = podConfig
        let answer: CRICreateContainerResponse = try await call("CreateContainer", request)
        return answer.containerID
    }

    package func startContainer(_ id: String) async throws {
        let _: CRIDone = try await call("StartContainer", container(id))
    }

    /// Asks it to end, and kills it after so many seconds.
    package func stopContainer(_ id: String, grace: Int) async throws {
        var request = CRIStopContainerRequest()
        request.containerID = id
        request.timeout = Int64(grace)
        let _: CRIDone = try await call("StopContainer", request, seconds: grace + 60)
    }

    /// Removes it, running or not.
    package func removeContainer(_ id: String) async throws {
        let _: CRIDone = try await call("RemoveContainer", container(id))
    }

    /// Has what it writes from now on written to a new file of the log's name.
    package func reopenLog(_ id: String) async throws {
        let _: CRIDone = try await call("ReopenContainerLog", container(id))
    }

    /// With the runtime's own words of it, which are JSON.
    package func containerStatus(_ id: String) async throws -> CRIContainerStatusResponse {
        var request = CRIContainerStatusRequest()
        request.containerID = id
        request.verbose = true
        return try await call("ContainerStatus", request)
    }

    package func containerStats(_ id: String) async throws -> CRIContainerStats {
        let answer: CRIContainerStatsResponse = try await call("ContainerStats", container(id))
        return answer.stats
    }

    /// An in-place resize.
    package func updateContainerResources(_ id: String, _ resources: CRILinuxContainerResources) async throws {
        var request = CRIUpdateContainerResourcesRequest()
        request.containerID = id
        request.linux = resources
        let _: CRIDone = try await call("UpdateContainerResources", request)
    }

    /// Runs a command in a container, as a probe does.
    ///
    /// - Parameter seconds: after which it is killed; 0 is never.
    package func execSync(
        _ id: String, _ command: [String], seconds: Int = 0
    ) async throws -> (stdout: String, stderr: String, status: Int32) {
        var request = CRIExecSyncRequest()
        request.containerID = id
        request.cmd = command
        request.timeout = Int64(seconds)
        let answer: CRIExecSyncResponse = try await call("ExecSync", request)
        return (
            String(decoding: answer.stdout, as: UTF8.self), String(decoding: answer.stderr, as: UTF8.self),
            answer.exitCode
        )
    }

    private func container(_ id: String) -> CRIContainerRequest {
        var request = CRIContainerRequest()
        request.containerID = id
        return request
    }
}
