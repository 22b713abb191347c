package import SwiftProtobuf

/// The methods of the task service, of either dialect (``TaskDialect``).
package enum TaskMethod {
    package static var state: ServiceMethod<TaskStateRequest, TaskStateResponse> { .init("State") }
    package static var create: ServiceMethod<TaskCreateTaskRequest, TaskCreateTaskResponse> { .init("Create") }
    package static var start: ServiceMethod<TaskStartRequest, TaskStartResponse> { .init("Start") }
    package static var delete: ServiceMethod<TaskDeleteRequest, TaskDeleteResponse> { .init("Delete") }
    package static var pids: ServiceMethod<TaskPidsRequest, TaskPidsResponse> { .init("Pids") }
    package static var pause: ServiceMethod<TaskPauseRequest, Google_Protobuf_Empty> { .init("Pause") }
    package static var resume: ServiceMethod<TaskResumeRequest, Google_Protobuf_Empty> { .init("Resume") }
    package static var checkpoint: ServiceMethod<TaskCheckpointTaskRequest, Google_Protobuf_Empty> {
        .init("Checkpoint")
    }
    package static var kill: ServiceMethod<TaskKillRequest, Google_Protobuf_Empty> { .init("Kill") }
    package static var exec: ServiceMethod<TaskExecProcessRequest, Google_Protobuf_Empty> { .init("Exec") }
    package static var resizePty: ServiceMethod<TaskResizePtyRequest, Google_Protobuf_Empty> { .init("ResizePty") }
    package static var closeIO: ServiceMethod<TaskCloseIORequest, Google_Protobuf_Empty> { .init("CloseIO") }
    package static var update: ServiceMethod<TaskUpdateTaskRequest, Google_Protobuf_Empty> { .init("Update") }
    package static var wait: ServiceMethod<TaskWaitRequest, TaskWaitResponse> { .init("Wait") }
    package static var stats: ServiceMethod<TaskStatsRequest, TaskStatsResponse> { .init("Stats") }
    package static var connect: ServiceMethod<TaskConnectRequest, TaskConnectResponse> { .init("Connect") }
    package static var shutdown: ServiceMethod<TaskShutdownRequest, Google_Protobuf_Empty> { .init("Shutdown") }
}
