package import ContainerdAPI
package import NIOCore
internal import Synchronization
internal import TTRPC

/// Sends one event to containerd.
package protocol EventForwarder: Sendable {
    /// - Throws: `TTRPCStatus` when containerd refuses the event; anything else: it could not be reached.
    func forward(_ envelope: EventsEnvelope) async throws
}

/// Sends events to containerd's ttrpc address, over one connection that is made anew when it is lost.
package final class TTRPCEventForwarder: EventForwarder {
    /// As containerd's own shims wait for an answer.
    private static let timeout: Duration = .seconds(5)

    private let address: String
    private let eventLoop: any EventLoop
    private let client = Mutex<TTRPCClient?>(nil)

    /// - Parameter address: the value of `TTRPC_ADDRESS`.
    package init(address: String, eventLoop: any EventLoop) {
        self.address = address
        self.eventLoop = eventLoop
    }

    package func forward(_ envelope: EventsEnvelope) async throws {
        var request = EventsForwardRequest()
        request.envelope = envelope
        let method = EventsMethod.forward
        let client = try await connected()
        _ = try await client.call(
            service: EventsMethod.serviceName, method: method.name, payload: try method.encode(request),
            timeout: Self.timeout)
    }

    private func connected() async throws -> TTRPCClient {
        if let open = client.withLock({ $0 }), open.isOpen { return open }
        let new = try await TTRPCClient.connect(to: address, on: eventLoop, timeout: Self.timeout)
        client.withLock { $0 = new }
        return new
    }
}
