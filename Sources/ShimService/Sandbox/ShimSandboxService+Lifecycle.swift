package import ContainerdAPI
internal import Glibc
internal import Logging
internal import SwiftProtobuf
package import TTRPC

// CreateSandbox, StartSandbox, StopSandbox, ShutdownSandbox.
extension ShimSandboxService {
    package func create(
        _ request: SandboxCreateSandboxRequest, context: TTRPCRequestContext
    ) async throws -> SandboxCreateSandboxResponse {
        guard !request.sandboxID.isEmpty else { throw TaskError(.invalidArgument, "found an empty sandbox_id") }
        let sandbox = try reserve(request.sandboxID)
        do {
            // From here on Shutdown of a task does not end the shim.
            try registry.hold()
        } catch {
            forget()
            throw error
        }
        do {
            let (namespace, options, launcher) = (namespace, options, launcher)
            try await BlockingWork.run("create") {
                try sandbox.make(request, namespace: namespace, options: options, launcher: launcher)
            }
        } catch {
            registry.release()
            forget()
            throw error
        }
        registry.podFiles = sandbox.files
        return SandboxCreateSandboxResponse()
    }

    package func start(
        _ request: SandboxStartSandboxRequest, context: TTRPCRequestContext
    ) async throws -> SandboxStartSandboxResponse {
        let (sandbox, control) = try sandbox(request.sandboxID)
        try sandbox.process.beginStart()
        do {
            try await BlockingWork.run("start") { try control.start() }
        } catch {
            sandbox.process.startFailed()
            throw error
        }
        sandbox.process.started {}
        return .with {
            $0.pid = UInt32(control.pid)
            $0.createdAt = sandbox.createdAt
        }
    }

    /// Kills: nothing in the sandbox itself has anything to put in order. Containers that still run go with it, though
    /// they may have namespaces of their own.
    package func stop(
        _ request: SandboxStopSandboxRequest, context: TTRPCRequestContext
    ) async throws -> SandboxStopSandboxResponse {
        let (sandbox, control) = try sandbox(request.sandboxID)
        let containers = registry.controls
        try await BlockingWork.run("stop") { [logger] in
            for container in containers {
                do {
                    try container.signal(SIGKILL, all: true)
                } catch {
                    logger.warning("a container of the pod can't be killed", metadata: ["error": "\(error)"])
                }
            }
            do {
                try control.signal(SIGKILL, all: false)
            } catch let error as TaskError where error.code == .notFound {
                // It has ended already.
            }
        }
        _ = try await sandbox.process.waitForExit()
        return SandboxStopSandboxResponse()
    }

    /// Ends the shim whatever is left in it; of the pod nothing is left then. A sandbox that was not made, or failed to
    /// be, is no reason to stay.
    package func shutdown(
        _ request: SandboxShutdownSandboxRequest, context: TTRPCRequestContext
    ) async throws -> SandboxShutdownSandboxResponse {
        let sandbox = try reserved(request.sandboxID)
        let containers = registry.close()
        try await BlockingWork.run("shutdown") {
            for container in containers { container.abandon() }
            try sandbox?.remove()
        }
        shutDown()
        return SandboxShutdownSandboxResponse()
    }
}
