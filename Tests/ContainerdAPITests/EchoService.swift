import ContainerdAPI
import SwiftProtobuf

/// Answers State with the ids it was asked for, and every other call with an error that names the call.
struct EchoService: TaskService {
    struct Called: Error, Equatable {
        let method: String
        let id: String
        let context: String
    }

    func state(_ request: TaskStateRequest, context: String) async throws -> TaskStateResponse {
        TaskStateResponse.with {
            $0.id = request.id
            $0.execID = request.execID
            $0.status = .paused
            $0.exitedAt = Google_Protobuf_Timestamp(seconds: 12, nanos: 34)
        }
    }

    func create(_ request: TaskCreateTaskRequest, context: String) async throws -> TaskCreateTaskResponse {
        throw Called(method: "Create", id: request.id, context: context)
    }

    func start(_ request: TaskStartRequest, context: String) async throws -> TaskStartResponse {
        throw Called(method: "Start", id: request.id, context: context)
    }

    func delete(_ request: TaskDeleteRequest, context: String) async throws -> TaskDeleteResponse {
        throw Called(method: "Delete", id: request.id, context: context)
    }

    func pids(_ request: TaskPidsRequest, context: String) async throws -> TaskPidsResponse {
        throw Called(method: "Pids", id: request.id, context: context)
    }

    func pause(_ request: TaskPauseRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Pause", id: request.id, context: context)
    }

    func resume(_ request: TaskResumeRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Resume", id: request.id, context: context)
    }

    func checkpoint(_ request: TaskCheckpointTaskRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Checkpoint", id: request.id, context: context)
    }

    func kill(_ request: TaskKillRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Kill", id: request.id, context: context)
    }

    func exec(_ request: TaskExecProcessRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Exec", id: request.id, context: context)
    }

    func resizePty(_ request: TaskResizePtyRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "ResizePty", id: request.id, context: context)
    }

    func closeIO(_ request: TaskCloseIORequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "CloseIO", id: request.id, context: context)
    }

    func update(_ request: TaskUpdateTaskRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Update", id: request.id, context: context)
    }

    func wait(_ request: TaskWaitRequest, context: String) async throws -> TaskWaitResponse {
        throw Called(method: "Wait", id: request.id, context: context)
    }

    func stats(_ request: TaskStatsRequest, context: String) async throws -> TaskStatsResponse {
        throw Called(method: "Stats", id: request.id, context: context)
    }

    func connect(_ request: TaskConnectRequest, context: String) async throws -> TaskConnectResponse {
        throw Called(method: "Connect", id: request.id, context: context)
    }

    func shutdown(_ request: TaskShutdownRequest, context: String) async throws -> Google_Protobuf_Empty {
        throw Called(method: "Shutdown", id: request.id, context: context)
    }
}
