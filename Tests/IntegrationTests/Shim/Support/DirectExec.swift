import ContainerdAPI
import Foundation
import OCISpec
import SwiftProtobuf
import Synchronization
import TTRPC

@testable import ShimBench

/// A process of exec in a container whose shim is driven by the test itself.
final class DirectExec: Sendable {
    let container: DirectContainer
    let id: String
    let stdout: OutputFIFO
    let stderr: OutputFIFO
    private let written = Mutex("")

    /// Asks for it: Exec.
    ///
    /// - Parameters:
    ///   - change: what is to be different from the container's own process.
    ///   - ask: the same, of the request.
    init(
        _ id: String, _ arguments: [String], in container: DirectContainer,
        change: (inout OCISpec.Process) -> Void = { _ in }, ask: (inout TaskExecProcessRequest) -> Void = { _ in }
    ) async throws {
        self.container = container
        self.id = id
        let number = UUID().uuidString.prefix(8)
        stdout = try OutputFIFO("\(container.pod.folder)/\(container.id)/exec-\(number)-out")
        stderr = try OutputFIFO("\(container.pod.folder)/\(container.id)/exec-\(number)-err")
        let config = try Data(contentsOf: URL(filePath: "\(container.folder)/config.json"))
        guard var process = try JSONDecoder().decode(Spec.self, from: config).process else {
            throw FixtureError(description: "the container has no process")
        }
        process.args = arguments
        process.terminal = nil
        change(&process)
        var request = TaskExecProcessRequest()
        request.id = container.id
        request.execID = id
        request.stdout = stdout.path
        request.stderr = stderr.path
        request.spec = Google_Protobuf_Any(json: try JSONEncoder().encode(process), as: .process)
        ask(&request)
        _ = try await container.call(TaskMethod.exec, request)
    }

    @discardableResult
    func start() async throws -> pid_t {
        pid_t(
            try await container.call(
                TaskMethod.start,
                .with {
                    $0.id = container.id
                    $0.execID = id
                }
            ).pid)
    }

    var taskState: TaskStateResponse {
        get async throws {
            try await container.call(
                TaskMethod.state,
                .with {
                    $0.id = container.id
                    $0.execID = id
                })
        }
    }

    @discardableResult
    func wait() async throws -> TaskWaitResponse {
        try await container.call(
            TaskMethod.wait,
            .with {
                $0.id = container.id
                $0.execID = id
            })
    }

    @discardableResult
    func delete() async throws -> TaskDeleteResponse {
        try await container.call(
            TaskMethod.delete,
            .with {
                $0.id = container.id
                $0.execID = id
            })
    }

    func kill(_ signal: Int32) async throws {
        _ = try await container.call(
            TaskMethod.kill,
            .with {
                $0.id = container.id
                $0.execID = id
                $0.signal = UInt32(signal)
            })
    }

    func closeIO() async throws {
        _ = try await container.call(
            TaskMethod.closeIO,
            .with {
                $0.id = container.id
                $0.execID = id
                $0.stdin = true
            })
    }

    func resize(width: UInt32, height: UInt32) async throws {
        _ = try await container.call(
            TaskMethod.resizePty,
            .with {
                $0.id = container.id
                $0.execID = id
                $0.width = width
                $0.height = height
            })
    }

    /// Waits for its end, deletes it and tells the exit status.
    @discardableResult
    func finish() async throws -> UInt32 {
        try await wait()
        return try await delete().exitStatus
    }

    /// Runs it from start to end.
    func run() async throws -> UInt32 {
        try await start()
        return try await finish()
    }

    /// What it wrote to stdout until now.
    var output: String {
        get throws {
            let more = try stdout.read()
            return written.withLock { written in
                written += more
                return written
            }
        }
    }

    func says(_ text: String) async throws {
        try await eventually("'\(text)' from exec \(id)") { try output.contains(text) }
    }
}
