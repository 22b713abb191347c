package import ContainerdAPI
internal import OCISpec
package import SwiftProtobuf
package import TTRPC

// Kill, Pause, Resume, Update, CloseIO, ResizePty.
extension ShimTaskService {
    package func kill(_ request: TaskKillRequest, context: TTRPCRequestContext) async throws -> Google_Protobuf_Empty {
        let found = try process(request.id, exec: request.execID)
        // The kernel's numbers: 1 to 64 (signal(7)); 0 only asks whether the process is there.
        guard request.signal <= 64 else {
            throw TaskError(.invalidArgument, "found signal \(request.signal); expected 0 to 64")
        }
        let control = try found.signallable()
        let (signal, all) = (Int32(request.signal), request.all)
        try await BlockingWork.run("kill") { try control.signal(signal, all: all) }
        return Google_Protobuf_Empty()
    }

    package func pause(_ request: TaskPauseRequest, context: TTRPCRequestContext) async throws -> Google_Protobuf_Empty
    {
        let (container, control) = try registry.container(request.id)
        try container.process.change { state throws(TaskError) in try state.beginPause() }
        do {
            try await BlockingWork.run("pause") { try control.pause() }
        } catch {
            _ = try container.process.change { $0.settled(paused: false) }
            throw error
        }
        if try container.process.change({ $0.settled(paused: true) }) {
            publisher.publish(TaskPaused.with { $0.containerID = container.id })
        }
        return Google_Protobuf_Empty()
    }

    package func resume(_ request: TaskResumeRequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        let (container, control) = try registry.container(request.id)
        try container.process.change { state throws(TaskError) in try state.beginResume() }
        do {
            try await BlockingWork.run("resume") { try control.resume() }
        } catch {
            _ = try container.process.change { $0.settled(paused: true) }
            throw error
        }
        if try container.process.change({ $0.settled(paused: false) }) {
            publisher.publish(TaskResumed.with { $0.containerID = container.id })
        }
        return Google_Protobuf_Empty()
    }

    package func update(_ request: TaskUpdateTaskRequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        let (container, control) = try registry.container(request.id)
        try container.process.state.checkUpdate()
        guard request.hasResources, request.resources.jsonType == .linuxResources else {
            throw TaskError(
                .invalidArgument,
                "resources: found type \"\(request.resources.typeURL)\"; "
                    + "expected \(Google_Protobuf_Any.JSONType.linuxResources.rawValue)")
        }
        let resources = try decodeJSON(LinuxResources.self, from: request.resources.value, file: "resources")
        try await BlockingWork.run("update") { try control.update(resources) }
        return Google_Protobuf_Empty()
    }

    package func closeIO(_ request: TaskCloseIORequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        // `stdin` is not asked: runc's shim closes it whatever the flag says.
        try process(request.id, exec: request.execID).closeStdin()
        return Google_Protobuf_Empty()
    }

    package func resizePty(_ request: TaskResizePtyRequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        let found = try process(request.id, exec: request.execID)
        guard let rows = UInt16(exactly: request.height), let columns = UInt16(exactly: request.width) else {
            throw TaskError(
                .invalidArgument, "found \(request.width)×\(request.height) characters; expected at most 65535 each")
        }
        try found.control?.resize(rows: rows, columns: columns)
        return Google_Protobuf_Empty()
    }
}
