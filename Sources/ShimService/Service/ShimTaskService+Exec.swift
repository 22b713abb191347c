package import ContainerdAPI
internal import OCISpec
package import SwiftProtobuf
package import TTRPC

// Exec, and Start and Delete of its processes.
extension ShimTaskService {
    package func exec(_ request: TaskExecProcessRequest, context: TTRPCRequestContext) async throws
        -> Google_Protobuf_Empty
    {
        let (container, _) = try registry.container(request.id)
        guard !request.execID.isEmpty else { throw TaskError(.invalidArgument, "exec_id: found none; expected an id") }
        try container.process.state.checkExec()
        guard request.hasSpec, request.spec.jsonType == .process else {
            throw TaskError(
                .invalidArgument,
                "spec: found type \"\(request.spec.typeURL)\"; "
                    + "expected \(Google_Protobuf_Any.JSONType.process.rawValue)")
        }
        var process = try decodeJSON(Process.self, from: request.spec.value, file: "spec")
        // As in runc's shim, what the call says holds.
        process.terminal = request.terminal
        let stdio = StdioRequest(
            stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, terminal: request.terminal)
        try container.add(
            Exec(
                ExecLaunchRequest(id: request.execID, process: process, stdio: stdio), in: container.id,
                publisher: publisher))
        return Google_Protobuf_Empty()
    }

    func start(_ exec: Exec, in found: FoundProcess) async throws -> TaskStartResponse {
        try exec.process.beginStart()
        let container = found.containerControl
        do {
            try found.container.process.state.checkExec()
            let control = try await BlockingWork.run("exec") {
                try container.exec(exec.request) { exec.process.exited($0) }
            }
            exec.started(control)
            return .with { $0.pid = UInt32(control.pid) }
        } catch {
            exec.process.startFailed()
            throw error
        }
    }

    func delete(_ exec: Exec, in found: FoundProcess) async throws -> TaskDeleteResponse {
        let exit = try exec.process.change { state throws(TaskError) in try state.beginExecDelete() }
        guard let exit, let control = exec.control else {
            found.container.remove(exec)
            exec.process.discarded()
            return TaskDeleteResponse()
        }
        do {
            try await BlockingWork.run("delete") { try control.remove() }
        } catch {
            try exec.process.change { $0.deleteFailed() }
            throw error
        }
        found.container.remove(exec)
        return .with {
            $0.pid = UInt32(exit.pid)
            $0.exitStatus = exit.status
            $0.exitedAt = exit.at
        }
    }
}
