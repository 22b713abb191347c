package import SwiftProtobuf

/// What a shim does for containerd's task service, whichever dialect the call came in.
///
/// Each method answers for one container (`request.id`) and, where there is an `execID`, for one of its
/// processes (empty: the init process). Calls run concurrently. What a method throws is turned into a ttrpc
/// status by the caller.
package protocol TaskService<Context>: Sendable {
    /// What the transport tells about a call.
    associatedtype Context: Sendable

    /// The state of a process: pid, status, stdio, and how it ended if it has.
    func state(_ request: TaskStateRequest, context: Context) async throws -> TaskStateResponse
    /// Makes the container and its init process, which waits for `start`.
    func create(_ request: TaskCreateTaskRequest, context: Context) async throws -> TaskCreateTaskResponse
    /// Lets the init process run, or starts a process that `exec` added.
    func start(_ request: TaskStartRequest, context: Context) async throws -> TaskStartResponse
    /// Removes a stopped process, and with the init process the container.
    func delete(_ request: TaskDeleteRequest, context: Context) async throws -> TaskDeleteResponse
    /// All processes in the container.
    func pids(_ request: TaskPidsRequest, context: Context) async throws -> TaskPidsResponse
    /// Freezes the container.
    func pause(_ request: TaskPauseRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Thaws the container.
    func resume(_ request: TaskResumeRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Writes the container's state to disk.
    func checkpoint(_ request: TaskCheckpointTaskRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Sends a signal.
    func kill(_ request: TaskKillRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Adds a process to the container, which waits for `start`.
    func exec(_ request: TaskExecProcessRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Sets the size of a process's terminal.
    func resizePty(_ request: TaskResizePtyRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Closes a process's stdin.
    func closeIO(_ request: TaskCloseIORequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Changes the container's limits.
    func update(_ request: TaskUpdateTaskRequest, context: Context) async throws -> Google_Protobuf_Empty
    /// Answers when the process has ended.
    func wait(_ request: TaskWaitRequest, context: Context) async throws -> TaskWaitResponse
    /// The container's metrics.
    func stats(_ request: TaskStatsRequest, context: Context) async throws -> TaskStatsResponse
    /// The pids of the shim and the task, for a containerd that was restarted.
    func connect(_ request: TaskConnectRequest, context: Context) async throws -> TaskConnectResponse
    /// Ends the shim if it has no task left.
    func shutdown(_ request: TaskShutdownRequest, context: Context) async throws -> Google_Protobuf_Empty
}

extension ServiceTable {
    /// The task service under the name of `dialect`. A server that speaks both registers two tables.
    package init(_ service: some TaskService<Context>, as dialect: TaskDialect) {
        self.init(name: dialect.serviceName)
        add(TaskMethod.state) { try await service.state($0, context: $1) }
        add(TaskMethod.create) { try await service.create($0, context: $1) }
        add(TaskMethod.start) { try await service.start($0, context: $1) }
        add(TaskMethod.delete) { try await service.delete($0, context: $1) }
        add(TaskMethod.pids) { try await service.pids($0, context: $1) }
        add(TaskMethod.pause) { try await service.pause($0, context: $1) }
        add(TaskMethod.resume) { try await service.resume($0, context: $1) }
        add(TaskMethod.checkpoint) { try await service.checkpoint($0, context: $1) }
        add(TaskMethod.kill) { try await service.kill($0, context: $1) }
        add(TaskMethod.exec) { try await service.exec($0, context: $1) }
        add(TaskMethod.resizePty) { try await service.resizePty($0, context: $1) }
        add(TaskMethod.closeIO) { try await service.closeIO($0, context: $1) }
        add(TaskMethod.update) { try await service.update($0, context: $1) }
        add(TaskMethod.wait) { try await service.wait($0, context: $1) }
        add(TaskMethod.stats) { try await service.stats($0, context: $1) }
        add(TaskMethod.connect) { try await service.connect($0, context: $1) }
        add(TaskMethod.shutdown) { try await service.shutdown($0, context: $1) }
    }
}
