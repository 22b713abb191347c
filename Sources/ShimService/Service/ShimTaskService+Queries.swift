package import ContainerdAPI
internal import Glibc
internal import SwiftProtobuf
package import TTRPC

// State, Wait, Pids, Stats, Connect.
extension ShimTaskService {
    package func state(_ request: TaskStateRequest, context: TTRPCRequestContext) async throws -> TaskStateResponse {
        let found = try process(request.id, exec: request.execID)
        let state = found.process.state
        return .with {
            $0.id = found.id
            $0.execID = found.exec?.id ?? ""
            $0.bundle = found.container.request.bundle
            $0.pid = UInt32(found.pid)
            $0.status = state.status
            $0.stdin = found.stdio.stdin
            $0.stdout = found.stdio.stdout
            $0.stderr = found.stdio.stderr
            $0.terminal = found.stdio.terminal
            if let exit = state.exit {
                $0.exitStatus = exit.status
                $0.exitedAt = exit.at
            }
        }
    }

    package func wait(_ request: TaskWaitRequest, context: TTRPCRequestContext) async throws -> TaskWaitResponse {
        let exit = try await process(request.id, exec: request.execID).process.waitForExit()
        return .with {
            $0.exitStatus = exit.status
            $0.exitedAt = exit.at
        }
    }

    /// A task that has ended names its first process until it is deleted: a containerd 2 that was restarted takes a
    /// task without processes for one that was never made, and deletes it with its exit status (shim_load.go).
    package func pids(_ request: TaskPidsRequest, context: TTRPCRequestContext) async throws -> TaskPidsResponse {
        let (container, control) = try registry.container(request.id)
        var pids = try await BlockingWork.run("pids") { try control.pids() }
        if pids.isEmpty { pids = [control.pid] }
        let execs = container.execIDs
        var response = TaskPidsResponse()
        for pid in pids {
            var process = TaskProcessInfo()
            process.pid = UInt32(pid)
            if let id = execs[pid] {
                // What clients of runc's shim read.
                process.info = try Google_Protobuf_Any(packing: RuncProcessDetails.with { $0.execID = id })
            }
            response.processes.append(process)
        }
        return response
    }

    package func stats(_ request: TaskStatsRequest, context: TTRPCRequestContext) async throws -> TaskStatsResponse {
        let (_, control) = try registry.container(request.id)
        let stats = try await BlockingWork.run("stats") { try control.stats() }
        return .with { $0.stats = stats }
    }

    /// For a containerd that was restarted: a shim without the task still tells its own pid.
    package func connect(_ request: TaskConnectRequest, context: TTRPCRequestContext) async throws
        -> TaskConnectResponse
    {
        let task = try? registry.container(request.id)
        return .with {
            $0.shimPid = UInt32(getpid())
            $0.taskPid = UInt32(task?.control.pid ?? 0)
        }
    }
}

extension TaskState {
    /// As containerd's types name it.
    var status: TaskStatus {
        switch self {
        case .creating: .unknown
        case .created, .starting: .created
        case .running: .running
        case .pausing: .pausing
        case .paused, .resuming: .paused
        case .stopped, .deleting: .stopped
        }
    }
}
