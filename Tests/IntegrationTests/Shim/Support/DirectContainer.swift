import ContainerdAPI
import Foundation
import NIOCore
import SwiftProtobuf
import Synchronization
import TTRPC
import Testing

@testable import ShimBench

/// A container whose shim is driven over ttrpc by the test itself.
final class DirectContainer: Sendable {
    let pod: ShimPod
    let bundle: ContainerBundle
    var id: String { bundle.id }
    /// The path of the bundle.
    var folder: String { bundle.path }

    private struct State {
        var client: TTRPCClient?
        var dialect = TaskDialect.v2
        var written = ""
    }

    private let state = Mutex(State())

    init(pod: ShimPod, bundle: ContainerBundle) {
        self.pod = pod
        self.bundle = bundle
    }

    // MARK: The shim

    /// Runs `start`, connects to what it answers, and tells that.
    ///
    /// - Parameter environment: beside what containerd 1.6 gives.
    @discardableResult
    func startShim(environment: [String: String] = [:]) async throws -> String {
        let outcome = try pod.command("start", bundle, environment: environment)
        guard outcome.status == 0 else { throw FixtureError(description: "start: \(outcome.words)") }
        let address = try ShimAddress(answer: String(decoding: outcome.answer, as: UTF8.self))
        let client = try await TTRPCClient.connect(to: address.address, on: ShimPod.eventLoop)
        state.withLock { $0.client = client }
        return address.address
    }

    /// Runs `start` as containerd 2.3 does, and speaks version 3 of the task service from then on.
    func startShim(_ parameters: ShimBootstrapParams) async throws -> ShimBootstrapResult {
        let outcome = try pod.command("start", bundle, input: try parameters.serializedData())
        guard outcome.status == 0 else { throw FixtureError(description: "start: \(outcome.words)") }
        let result = try ShimBootstrapResult(serializedBytes: outcome.answer)
        let client = try await TTRPCClient.connect(to: result.address, on: ShimPod.eventLoop)
        state.withLock {
            $0.client = client
            $0.dialect = .v3
        }
        return result
    }

    /// Has another container's shim serve this one, as Create in a pod may.
    func useShim(of other: DirectContainer) {
        let client = other.state.withLock { $0.client }
        state.withLock { $0.client = client }
    }

    /// Runs `delete` as containerd does after a shim that is gone, and decodes its answer.
    func deleteDead() throws -> TaskDeleteResponse {
        let outcome = try pod.command("delete", bundle)
        guard outcome.status == 0 else { throw FixtureError(description: "delete: \(outcome.words)") }
        return try TaskDeleteResponse(serializedBytes: outcome.answer)
    }

    func call<Request: Message, Response: Message>(
        _ method: ServiceMethod<Request, Response>, _ request: Request
    ) async throws -> Response {
        try await call(method, request, service: state.withLock { $0.dialect }.serviceName)
    }

    func call<Request: Message, Response: Message>(
        _ method: ServiceMethod<Request, Response>, _ request: Request, service: String
    ) async throws -> Response {
        guard let client = state.withLock({ $0.client }) else {
            throw FixtureError(description: "\(method.name) before the shim was started")
        }
        return try await client.call(service: service, method: method.name, request, timeout: Patience.seconds(60))
    }

    /// The pid of the shim that serves this container.
    var shim: ProcessFacts {
        get async throws {
            let answer = try await call(TaskMethod.connect, .with { $0.id = id })
            return ProcessFacts(pid: pid_t(answer.shimPid))
        }
    }

    /// The engine of that shim.
    var engine: ProcessFacts {
        get async throws {
            let init_ = try? await pid
            let engines = Descendants.children(of: try await shim.pid).map(ProcessFacts.init).filter {
                $0.pid != init_ && !$0.isFirstOfItsNamespace && $0.isExecuting(ShimPod.engine) && $0.isAlive
            }
            guard let engine = engines.first else { throw FixtureError(description: "the shim has no engine") }
            return engine
        }
    }

    // MARK: Calls

    @discardableResult
    func create(_ change: (inout TaskCreateTaskRequest) -> Void = { _ in }) async throws -> pid_t {
        var request = TaskCreateTaskRequest()
        request.id = id
        request.bundle = bundle.path
        request.rootfs = [bundle.rootfsMount]
        request.stdout = bundle.stdout.path
        request.stderr = bundle.stderr.path
        change(&request)
        return pid_t(try await call(TaskMethod.create, request).pid)
    }

    @discardableResult
    func start() async throws -> pid_t {
        pid_t(try await call(TaskMethod.start, .with { $0.id = id }).pid)
    }

    /// The shim and the container, up to its start.
    @discardableResult
    func launch(_ change: (inout TaskCreateTaskRequest) -> Void = { _ in }) async throws -> pid_t {
        try await startShim()
        try await create(change)
        return try await start()
    }

    var taskState: TaskStateResponse {
        get async throws { try await call(TaskMethod.state, .with { $0.id = id }) }
    }

    /// The pid of its init, in this machine's pid namespace.
    var pid: pid_t { get async throws { pid_t(try await taskState.pid) } }

    func kill(_ signal: Int32, all: Bool = false) async throws {
        _ = try await call(
            TaskMethod.kill,
            .with {
                $0.id = id
                $0.signal = UInt32(signal)
                $0.all = all
            })
    }

    @discardableResult
    func wait() async throws -> TaskWaitResponse { try await call(TaskMethod.wait, .with { $0.id = id }) }

    @discardableResult
    func delete() async throws -> TaskDeleteResponse { try await call(TaskMethod.delete, .with { $0.id = id }) }

    func shutdown() async throws { _ = try? await call(TaskMethod.shutdown, .with { $0.id = id }) }

    /// Kills it, waits for its end, deletes it, and ends the shim.
    func end() async throws {
        try await kill(SIGKILL)
        try await wait()
        try await delete()
        try await shutdown()
    }

    /// Waits for its own end, deletes it, ends the shim, and tells the exit status.
    func finish() async throws -> UInt32 {
        try await wait()
        let status = try await delete().exitStatus
        try await shutdown()
        return status
    }

    // MARK: Output

    /// What it wrote to stdout until now.
    var stdout: String {
        get throws {
            let more = try bundle.stdout.read()
            return state.withLock { state in
                state.written += more
                return state.written
            }
        }
    }

    /// What it and its shim said beside that, until now.
    var complaints: String { bundle.complaints }

    /// Waits until its stdout has this.
    func says(_ text: String) async throws {
        try await eventually("'\(text)' from container \(id)") { try stdout.contains(text) }
    }
}

/// The status with which a call is refused.
func refusal<Answer>(_ body: () async throws -> Answer) async throws -> TTRPCStatus {
    do {
        _ = try await body()
    } catch let status as TTRPCStatus {
        return status
    }
    throw FixtureError(description: "the call was not refused")
}
