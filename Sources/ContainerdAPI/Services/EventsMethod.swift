package import SwiftProtobuf

/// The method of containerd's service for events, of which the shim is a client (at `TTRPC_ADDRESS`).
package enum EventsMethod {
    /// The full name of the service.
    package static var serviceName: String { "containerd.services.events.ttrpc.v1.Events" }

    package static var forward: ServiceMethod<EventsForwardRequest, Google_Protobuf_Empty> { .init("Forward") }
}
