/// What a shim does for containerd's sandbox service: the pod as a whole, beside the task service for its containers.
///
/// Each method answers for one sandbox (`request.sandboxID`). Calls run concurrently. What a method throws is turned
/// into a ttrpc status by the caller.
package protocol SandboxService<Context>: Sendable {
    /// What the transport tells about a call.
    associatedtype Context: Sendable

    /// Makes the sandbox up to its start.
    func create(_ request: SandboxCreateSandboxRequest, context: Context) async throws -> SandboxCreateSandboxResponse
    /// Starts it, and tells whose namespaces are the pod's.
    func start(_ request: SandboxStartSandboxRequest, context: Context) async throws -> SandboxStartSandboxResponse
    /// What the containers run on.
    func platform(_ request: SandboxPlatformRequest, context: Context) async throws -> SandboxPlatformResponse
    /// Ends the sandbox and what runs in it; it stays known.
    func stop(_ request: SandboxStopSandboxRequest, context: Context) async throws -> SandboxStopSandboxResponse
    /// Answers when the sandbox has ended.
    func wait(_ request: SandboxWaitSandboxRequest, context: Context) async throws -> SandboxWaitSandboxResponse
    /// Whether it is ready, its pid, its times.
    func status(
        _ request: SandboxSandboxStatusRequest, context: Context
    ) async throws -> SandboxSandboxStatusResponse
    /// Answers if the sandbox is there and has not ended.
    func ping(_ request: SandboxPingRequest, context: Context) async throws -> SandboxPingResponse
    /// Clears all of the pod away, and ends the shim.
    func shutdown(
        _ request: SandboxShutdownSandboxRequest, context: Context
    ) async throws -> SandboxShutdownSandboxResponse
    /// The metrics of the sandbox's own cgroup.
    func metrics(
        _ request: SandboxSandboxMetricsRequest, context: Context
    ) async throws -> SandboxSandboxMetricsResponse
}

extension ServiceTable {
    /// The sandbox service.
    package init(_ service: some SandboxService<Context>) {
        self.init(name: SandboxMethod.serviceName)
        add(SandboxMethod.create) { try await service.create($0, context: $1) }
        add(SandboxMethod.start) { try await service.start($0, context: $1) }
        add(SandboxMethod.platform) { try await service.platform($0, context: $1) }
        add(SandboxMethod.stop) { try await service.stop($0, context: $1) }
        add(SandboxMethod.wait) { try await service.wait($0, context: $1) }
        add(SandboxMethod.status) { try await service.status($0, context: $1) }
        add(SandboxMethod.ping) { try await service.ping($0, context: $1) }
        add(SandboxMethod.shutdown) { try await service.shutdown($0, context: $1) }
        add(SandboxMethod.metrics) { try await service.metrics($0, context: $1) }
    }
}
