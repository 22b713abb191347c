package import ContainerdAPI
internal import Glibc
internal import SwiftProtobuf
package import TTRPC

// State, Wait, Pids, Stats, Connect.
extension ShimTaskService {
    package func state(_ request: TaskStateRequest, context: TTRPCRequestContext) async throws -> TaskStateResponse {
        let (container, control) = try process(request.id, exec: request.execID)
        let state = container.process.state
        return .with {
            $0.id = container.id
            $0.bundle = container.request.bundle
            $0.pid = UInt32(control.pid)
            $0.status = state.status
            $0.stdin = container.request.stdio.stdin
            $0.stdout = container.request.stdio.stdout
            $0.stderr = container.request.stdio.stderr
            $0.terminal = container.request.stdio.terminal
            if let exit = state.exit {
                $0.exitStatus = exit.status
                $0.exitedAt = exit.at
            }
        }
    }

    package func wait(_ request: TaskWaitRequest, context: TTRPCRequestContext) async throws -> TaskWaitResponse {
        let (container, _) = try process(request.id, exec: request.execID)
        let exit = try await container.process.waitForExit()
        return .with {
            $0.exitStatus = exit.status
            $0.exitedAt = exit.at
        }
    }

    package func pids(_ request: TaskPidsRequest, context: TTRPCRequestContext) async throws -> TaskPidsResponse {
        let (_, control) = try registry.container(request.id)
        let pids = try await BlockingWork.run("pids") { try control.pids() }
        return .with { $0.processes = pids.map { pid in .with { $0.pid = UInt32(pid) } } }
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
