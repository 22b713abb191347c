package import ContainerdAPI
internal import Glibc
internal import SwiftProtobuf
package import TTRPC

// Platform, WaitSandbox, SandboxStatus, PingSandbox, SandboxMetrics.
extension ShimSandboxService {
    package func platform(
        _ request: SandboxPlatformRequest, context: TTRPCRequestContext
    ) async throws -> SandboxPlatformResponse {
        .with {
            $0.platform.os = "linux"
            #if arch(x86_64)
                $0.platform.architecture = "amd64"
            #elseif arch(arm64)
                $0.platform.architecture = "arm64"
            #else
                #error("which name has Go for this architecture?")
            #endif
        }
    }

    package func wait(
        _ request: SandboxWaitSandboxRequest, context: TTRPCRequestContext
    ) async throws -> SandboxWaitSandboxResponse {
        let exit = try await sandbox(request.sandboxID).sandbox.process.waitForExit()
        return .with {
            $0.exitStatus = exit.status
            $0.exitedAt = exit.at
        }
    }

    /// The states are CRI's.
    package func status(
        _ request: SandboxSandboxStatusRequest, context: TTRPCRequestContext
    ) async throws -> SandboxSandboxStatusResponse {
        let (sandbox, control) = try sandbox(request.sandboxID)
        let state = sandbox.process.state
        return .with {
            $0.sandboxID = sandbox.id
            $0.pid = UInt32(control.pid)
            $0.state = state == .running ? "SANDBOX_READY" : "SANDBOX_NOTREADY"
            $0.createdAt = sandbox.createdAt
            if let exit = state.exit { $0.exitedAt = exit.at }
            // What clients of CRI read of a pause container: JSON under this name.
            if request.verbose {
                $0.info = [
                    "info": #"{"pid":\#(control.pid),"shimPid":\#(getpid()),"version":"\#(MartletVersion.version)"}"#
                ]
            }
        }
    }

    package func ping(
        _ request: SandboxPingRequest, context: TTRPCRequestContext
    ) async throws -> SandboxPingResponse {
        if let exit = try sandbox(request.sandboxID).sandbox.process.state.exit {
            throw TaskError(
                .failedPrecondition, "sandbox \(request.sandboxID) has ended with status \(exit.status)")
        }
        return SandboxPingResponse()
    }

    package func metrics(
        _ request: SandboxSandboxMetricsRequest, context: TTRPCRequestContext
    ) async throws -> SandboxSandboxMetricsResponse {
        let (sandbox, control) = try sandbox(request.sandboxID)
        let stats = try await BlockingWork.run("stats") { try control.stats() }
        return .with {
            $0.metrics.id = sandbox.id
            $0.metrics.timestamp = .now()
            $0.metrics.data = stats
        }
    }
}
