internal import ContainerdAPI
internal import NIOCore
internal import SwiftProtobuf
internal import TTRPC

/// containerd's service for events, which takes them all and keeps none.
enum EventsSink {
    /// Serves at a socket's path, on a loop of its own: a measured call must not wait for an event.
    static func serve(at path: String, on eventLoop: any EventLoop) async throws -> TTRPCServer {
        let forward: @Sendable (TTRPCRequestContext, EventsForwardRequest) async throws -> Google_Protobuf_Empty = {
            _, _ in Google_Protobuf_Empty()
        }
        let service = TTRPCService(
            name: EventsMethod.serviceName, methods: [EventsMethod.forward.name: .unary(forward)])
        return try await TTRPCServer.start(at: path, services: [service], on: eventLoop)
    }
}
