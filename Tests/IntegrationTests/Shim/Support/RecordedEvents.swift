import ContainerdAPI
import NIOCore
import SwiftProtobuf
import Synchronization
import TTRPC

/// containerd's service for events, which keeps them all.
final class RecordedEvents: Sendable {
    private let envelopes = Mutex<[EventsEnvelope]>([])

    /// Serves at a socket's path until the server is shut down.
    func serve(at path: String, on eventLoop: any EventLoop) async throws -> TTRPCServer {
        let forward: @Sendable (TTRPCRequestContext, EventsForwardRequest) async throws -> Google_Protobuf_Empty = {
            [self] _, request in
            envelopes.withLock { $0.append(request.envelope) }
            return Google_Protobuf_Empty()
        }
        let service = TTRPCService(
            name: EventsMethod.serviceName, methods: [EventsMethod.forward.name: .unary(forward)])
        return try await TTRPCServer.start(at: path, services: [service], on: eventLoop)
    }

    /// What has come, in its order.
    var all: [EventsEnvelope] { envelopes.withLock { $0 } }

    var topics: [String] { all.map(\.topic) }

    /// The first event of this kind; waits for it.
    func first<Event: TaskEvent>(_ type: Event.Type) async throws -> Event {
        try await eventually("the event \(Event.topic)") { topics.contains(Event.topic) }
        for envelope in all where envelope.topic == Event.topic {
            if let event = try envelope.event.unpacked(as: type) { return event }
        }
        throw FixtureError(description: "\(Event.topic) is no \(Event.protoMessageName)")
    }
}
