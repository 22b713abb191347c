/// The methods of the sandbox service.
package enum SandboxMethod {
    /// The full name of the service.
    package static var serviceName: String { "containerd.runtime.sandbox.v1.Sandbox" }

    package static var create: ServiceMethod<SandboxCreateSandboxRequest, SandboxCreateSandboxResponse> {
        .init("CreateSandbox")
    }
    package static var start: ServiceMethod<SandboxStartSandboxRequest, SandboxStartSandboxResponse> {
        .init("StartSandbox")
    }
    package static var platform: ServiceMethod<SandboxPlatformRequest, SandboxPlatformResponse> { .init("Platform") }
    package static var stop: ServiceMethod<SandboxStopSandboxRequest, SandboxStopSandboxResponse> {
        .init("StopSandbox")
    }
    package static var wait: ServiceMethod<SandboxWaitSandboxRequest, SandboxWaitSandboxResponse> {
        .init("WaitSandbox")
    }
    package static var status: ServiceMethod<SandboxSandboxStatusRequest, SandboxSandboxStatusResponse> {
        .init("SandboxStatus")
    }
    package static var ping: ServiceMethod<SandboxPingRequest, SandboxPingResponse> { .init("PingSandbox") }
    package static var shutdown: ServiceMethod<SandboxShutdownSandboxRequest, SandboxShutdownSandboxResponse> {
        .init("ShutdownSandbox")
    }
    package static var metrics: ServiceMethod<SandboxSandboxMetricsRequest, SandboxSandboxMetricsResponse> {
        .init("SandboxMetrics")
    }
}
