package import ContainerdAPI
internal import Glibc
internal import Logging
package import SwiftProtobuf
package import TTRPC

// Create, Start, Delete, Checkpoint, Shutdown.
extension ShimTaskService {
    package func create(
        _ request: TaskCreateTaskRequest, context: TTRPCRequestContext
    ) async throws -> TaskCreateTaskResponse {
        do {
            return try await create(request)
        } catch {
            // The container that was expected is not coming.
            let launcher = launcher
            try? await BlockingWork.run("abandon") { launcher.abandonPreparations() }
            throw error
        }
    }

    private func create(_ request: TaskCreateTaskRequest) async throws -> TaskCreateTaskResponse {
        guard request.checkpoint.isEmpty else {
            throw TaskError(.unimplemented, "restoring from a checkpoint is not supported (\(request.checkpoint))")
        }
        guard !request.id.isEmpty, request.bundle.hasPrefix("/") else {
            throw TaskError(
                .invalidArgument, "found id \"\(request.id)\", bundle \"\(request.bundle)\"; expected an absolute path")
        }
        let options = try LaunchOptions(request.hasOptions ? request.options : nil)
        if !options.ignored.isEmpty {
            logger.warning(
                "runtime options are not used", metadata: ["options": "\(options.ignored.joined(separator: " "))"])
        }
        let launch = LaunchRequest(
            identity: ContainerIdentity(id: request.id, namespace: namespace), bundle: request.bundle,
            rootfs: request.rootfs,
            stdio: StdioRequest(
                stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, terminal: request.terminal),
            options: options, podFiles: registry.podFiles)
        let container = Container(launch, publisher: publisher)
        try registry.reserve(container)
        do {
            let launcher = launcher
            let control = try await BlockingWork.run("create") {
                try launcher.create(launch, observer: container)
            }
            // The caller has gone: nobody would ever start or delete it.
            if Task.isCancelled {
                try await BlockingWork.run("abandon") { control.abandon() }
                throw CancellationError()
            }
            container.created(control)
            return .with { $0.pid = UInt32(control.pid) }
        } catch {
            registry.remove(request.id)
            throw error
        }
    }

    package func start(_ request: TaskStartRequest, context: TTRPCRequestContext) async throws -> TaskStartResponse {
        let found = try process(request.id, exec: request.execID)
        if let exec = found.exec { return try await start(exec, in: found) }
        let (container, control) = (found.container, found.containerControl)
        try container.process.beginStart()
        do {
            try await BlockingWork.run("start") { try control.start() }
        } catch {
            container.process.startFailed()
            throw error
        }
        container.process.started {
            publisher.publish(
                TaskStart.with {
                    $0.containerID = container.id
                    $0.pid = UInt32(control.pid)
                })
        }
        return .with { $0.pid = UInt32(control.pid) }
    }

    package func delete(_ request: TaskDeleteRequest, context: TTRPCRequestContext) async throws -> TaskDeleteResponse {
        let found = try process(request.id, exec: request.execID)
        if let exec = found.exec { return try await delete(exec, in: found) }
        let (container, control) = (found.container, found.containerControl)
        let exit = try container.process.change { state throws(TaskError) in try state.beginDelete() }
        do {
            try await BlockingWork.run("delete") { try control.remove() }
        } catch {
            try container.process.change { $0.deleteFailed() }
            throw error
        }
        registry.remove(container.id)
        container.deleted()
        publisher.publish(
            TaskDelete.with {
                $0.containerID = container.id
                $0.pid = UInt32(exit.pid)
                $0.exitStatus = exit.status
                $0.exitedAt = exit.at
            })
        return .with {
            $0.pid = UInt32(exit.pid)
            $0.exitStatus = exit.status
            $0.exitedAt = exit.at
        }
    }

    package func checkpoint(_ request: TaskCheckpointTaskRequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        throw TaskError(.unimplemented, "Checkpoint is not supported")
    }

    /// Ends the shim when no task and no sandbox is left. `now` changes nothing of that, as in runc's shim.
    package func shutdown(_ request: TaskShutdownRequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        if registry.closeIfEmpty() { shutDown() }
        return Google_Protobuf_Empty()
    }
}
