internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import GRPCProtobuf
internal import SwiftProtobuf

/// A client of the Container Runtime Interface v1, as the kubelet is one. Its calls are in the extensions; each throws
/// what the runtime answered, as a `CRIError`.
package final class CRIClient: Sendable {
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let connection: Task<Void, any Error>

    /// - Parameter socket: the path of the runtime's Unix socket. It is connected to again whenever it was lost.
    package init(socket: String) throws {
        let client = GRPCClient(
            transport: try .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext))
        self.client = client
        connection = Task { try await client.runConnections() }
    }

    /// Ends the connection after the calls under way.
    package func close() async {
        client.beginGracefulShutdown()
        _ = await connection.result
    }

    /// A call with one message each way.
    func call<Answer: Message>(
        _ method: String, _ request: some Message, service: String = "RuntimeService", seconds: Int = 60
    ) async throws -> Answer {
        var options = CallOptions.defaults
        options.timeout = .seconds(seconds)
        // containerd may be starting again.
        options.waitForReady = true
        do {
            return try await client.unary(
                request: ClientRequest(message: request),
                descriptor: MethodDescriptor(fullyQualifiedService: "runtime.v1.\(service)", method: method),
                serializer: ProtobufSerializer(), deserializer: ProtobufDeserializer<Answer>(), options: options
            ) { try $0.message }
        } catch let error as RPCError {
            throw CRIError(method: method, code: "\(error.code)", message: error.message)
        }
    }
}

/// A call that the runtime refused.
package struct CRIError: Error, CustomStringConvertible {
    /// The method's name, without its service.
    package let method: String
    /// gRPC's status code, by its name.
    package let code: String
    /// In the runtime's words.
    package let message: String

    package var description: String { "\(method): \(code): \(message)" }
}
