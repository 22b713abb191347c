import ContainerdAPI
import Logging
import ShimService
import SwiftProtobuf
import Synchronization
import TTRPC
import Testing

/// A task service over a fake launcher, and the events that it publishes.
final class TestShim: Sendable {
    let service: ShimTaskService
    let launcher: FakeLauncher
    /// How often the service asked to be ended.
    let shutdowns = Monitored(0)
    let context = TTRPCRequestContext(service: "containerd.task.v2.Task", method: "test")
    private let publisher: EventPublisher
    private let events = Recorder()

    private final class Recorder: EventForwarder {
        let topics = Mutex<[String]>([])

        func forward(_ envelope: EventsEnvelope) async throws {
            topics.withLock { $0.append(envelope.topic) }
        }
    }

    init(_ launcher: FakeLauncher = FakeLauncher()) {
        self.launcher = launcher
        publisher = EventPublisher(namespace: "ns", forwarder: events, logger: Logger(label: "test")) { _ in }
        service = ShimTaskService(
            namespace: "ns", launcher: launcher, publisher: publisher, logger: Logger(label: "test")
        ) { [shutdowns] in shutdowns.update { $0 += 1 } }
        Task { [publisher] in await publisher.run() }
    }

    deinit { publisher.close() }

    /// The topics of all events so far, in the order in which they were sent.
    func topics() async -> [String] {
        await publisher.flush()
        return events.topics.withLock { $0 }
    }

    func container(_ id: String) -> FakeContainer {
        guard let container = launcher.container(id) else { preconditionFailure("no container \(id)") }
        return container
    }

    /// The code that a call is answered with; nil when it succeeds.
    func code<Value>(_ call: () async throws -> Value) async -> TTRPCCode? {
        do {
            _ = try await call()
            return nil
        } catch {
            return TTRPCStatus(for: error).code
        }
    }

    func create(_ id: String) async throws -> TaskCreateTaskResponse {
        try await service.create(
            .with {
                $0.id = id
                $0.bundle = "/bundles/\(id)"
                $0.stdout = "/fifos/\(id)-stdout"
            }, context: context)
    }

    func start(_ id: String) async throws -> TaskStartResponse {
        try await service.start(.with { $0.id = id }, context: context)
    }

    func delete(_ id: String) async throws -> TaskDeleteResponse {
        try await service.delete(.with { $0.id = id }, context: context)
    }

    func state(_ id: String) async throws -> TaskStateResponse {
        try await service.state(.with { $0.id = id }, context: context)
    }

    func wait(_ id: String, exec: String = "") async throws -> TaskWaitResponse {
        try await service.wait(
            .with {
                $0.id = id
                $0.execID = exec
            }, context: context)
    }

    func kill(_ id: String, _ signal: UInt32) async throws {
        _ = try await service.kill(
            .with {
                $0.id = id
                $0.signal = signal
            }, context: context)
    }

    func pause(_ id: String) async throws {
        _ = try await service.pause(.with { $0.id = id }, context: context)
    }

    func resume(_ id: String) async throws {
        _ = try await service.resume(.with { $0.id = id }, context: context)
    }

    func update(
        _ id: String, json: String, type: String = Google_Protobuf_Any.JSONType.linuxResources.rawValue
    ) async throws {
        _ = try await service.update(
            .with {
                $0.id = id
                $0.resources.typeURL = type
                $0.resources.value.append(contentsOf: Array(json.utf8))
            }, context: context)
    }
}
