package import NIOCore
internal import NIOPosix
package import SwiftProtobuf

/// A ttrpc client: one connection to a Unix socket, for any number of calls at once.
///
/// A connection that is lost stays lost: calls under way and later ones throw `TTRPCError` `.connectionClosed`, and
/// the owner connects anew. A client that is let go of closes its connection.
package final class TTRPCClient: Sendable {
    /// Calls at once on one connection; more throw ResourceExhausted.
    private static let maximumCalls = 4096
    /// How often a listener whose queue is full is tried again.
    private static let retryInterval = TimeAmount.milliseconds(5)

    private let channel: any Channel
    private let handler: NIOLoopBound<ClientConnectionHandler>

    private init(channel: any Channel, handler: NIOLoopBound<ClientConnectionHandler>) {
        self.channel = channel
        self.handler = handler
    }

    deinit {
        self.channel.close(promise: nil)
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: `/path`, `unix:///path`, or an abstract name: `@name`, or a zero byte and the name.
    ///   - eventLoop: The loop that the connection lives on; the caller may be anywhere.
    ///   - timeout: How long to try while the listener's queue is full. Everything else is decided at once.
    /// - Throws: `TTRPCError` `.invalidAddress` or `.connectFailed`; both name the address.
    package static func connect(
        to address: String, on eventLoop: any EventLoop, timeout: Duration = .seconds(10)
    ) async throws -> TTRPCClient {
        let address = try UnixAddress(address)
        let socket = try await self.connectedSocket(to: address, on: eventLoop, timeout: timeout)
        let handler = try await eventLoop.submit {
            NIOLoopBound(
                ClientConnectionHandler(address: address.text, maximumCalls: Self.maximumCalls), eventLoop: eventLoop)
        }.get()
        let channel = try await ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
            .withConnectedSocket(socket.release()).get()
        return TTRPCClient(channel: channel, handler: handler)
    }

    private static func connectedSocket(
        to address: UnixAddress, on eventLoop: any EventLoop, timeout: Duration
    ) async throws -> UnixSocket {
        let end = NIODeadline.now() + TimeAmount(timeout)
        while true {
            if let socket = try UnixSocket.connected(to: address) {
                return socket
            }
            guard NIODeadline.now() < end else {
                throw TTRPCError(
                    .connectFailed, "connect to \(address.text): the listener's queue stayed full for \(timeout)")
            }
            try Task.checkCancellation()
            try await eventLoop.scheduleTask(in: self.retryInterval) {}.futureResult.get()
        }
    }

    /// Whether the connection is up, as far as is known.
    package var isOpen: Bool {
        self.channel.isActive
    }

    /// Waits until the connection is gone, whoever closed it.
    package func waitUntilClosed() async {
        // The future only fails when its loop is shut down, and then the connection is closed as well.
        _ = try? await self.channel.closeFuture.get()
    }

    /// Closes the connection; calls under way throw `.connectionClosed`.
    package func close() async {
        self.channel.close(promise: nil)
        await self.waitUntilClosed()
    }

    /// Calls a method with an encoded request and gives the encoded response.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait; goes to the server too. Nil waits for ever.
    /// - Throws: `TTRPCStatus` as the server answered, or DeadlineExceeded, or ResourceExhausted for a request or
    ///   response over 4 MiB; `CancellationError` when the task is cancelled; `TTRPCError` `.connectionClosed` or
    ///   `.protocolViolation`.
    package func call(
        service: String, method: String, payload: [UInt8], timeout: Duration? = nil, metadata: TTRPCMetadata = [:]
    ) async throws -> [UInt8] {
        var request = Ttrpc_Request()
        request.service = service
        request.method = method
        request.payloadBytes = payload
        request.metadata = metadata.wire
        if let timeout {
            guard timeout > .zero else { throw TTRPCStatus.deadlineExceeded }
            request.timeoutNano = TimeAmount(timeout).nanoseconds
        }
        return try await self.send(request)
    }

    /// Calls a method with a protobuf request and gives the protobuf response. Throws as the call with encoded
    /// messages does; a response that does not decode is `.protocolViolation`.
    package func call<Response: Message>(
        service: String, method: String, _ request: some Message, returning: Response.Type = Response.self,
        timeout: Duration? = nil, metadata: TTRPCMetadata = [:]
    ) async throws -> Response {
        let payload = try await self.call(
            service: service, method: method, payload: request.serializedBytes(), timeout: timeout, metadata: metadata)
        do {
            return try Response(serializedBytes: payload)
        } catch {
            throw TTRPCError(
                .protocolViolation, "the response of \(service)/\(method) is not a \(Response.protoMessageName)",
                cause: error)
        }
    }

    private func send(_ request: Ttrpc_Request) async throws -> [UInt8] {
        let eventLoop = self.channel.eventLoop
        let handler = self.handler
        let call = NIOLoopBoundBox.makeBoxSendingValue(ClientConnectionHandler.Call(), eventLoop: eventLoop)
        let promise = eventLoop.makePromise(of: [UInt8].self)
        return try await withTaskCancellationHandler {
            eventLoop.execute { handler.value.start(call.value, request, promise) }
            return try await promise.futureResult.get()
        } onCancel: {
            eventLoop.execute { handler.value.abandon(call.value, CancellationError()) }
        }
    }
}
