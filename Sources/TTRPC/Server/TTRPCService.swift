package import SwiftProtobuf

/// One method of a service: takes an encoded request, answers an encoded response.
///
/// A handler runs in a task of its own on the server's event loop, so it must not block. What it throws becomes the
/// call's status: a `TTRPCStatus` as it is, `CancellationError` as Cancelled or DeadlineExceeded, anything else as
/// Unknown with its description.
package struct TTRPCMethod: Sendable {
    typealias Handler = @Sendable (TTRPCRequestContext, [UInt8]) async throws -> [UInt8]

    let handler: Handler

    /// A method that deals in encoded messages.
    package static func raw(
        _ handler: @escaping @Sendable (TTRPCRequestContext, [UInt8]) async throws -> [UInt8]
    ) -> TTRPCMethod {
        TTRPCMethod(handler: handler)
    }

    /// A method that deals in protobuf messages. A request that does not decode is answered Internal, as the Go
    /// server does, with the name of the message.
    package static func unary<Request: Message, Response: Message>(
        _ handler: @escaping @Sendable (TTRPCRequestContext, Request) async throws -> Response
    ) -> TTRPCMethod {
        TTRPCMethod { context, payload in
            let request: Request
            do {
                request = try Request(serializedBytes: payload)
            } catch {
                throw TTRPCStatus(
                    .internal,
                    "ttrpc: error unmarshalling payload of \(context.service)/\(context.method): "
                        + "not a \(Request.protoMessageName): \(error)")
            }
            return try await handler(context, request).serializedBytes()
        }
    }
}

/// A service: its full name, such as `containerd.task.v2.Task`, and its methods by name.
package struct TTRPCService: Sendable {
    /// Full name of the service, with its protobuf package.
    package let name: String
    /// The methods by their names in the `.proto` file.
    package let methods: [String: TTRPCMethod]

    /// A service of the given name and methods.
    package init(name: String, methods: [String: TTRPCMethod]) {
        self.name = name
        self.methods = methods
    }
}

/// The services of a server.
struct ServiceRegistry: Sendable {
    private let services: [String: [String: TTRPCMethod]]

    /// Two services of one name are a mistake in the program, and trap.
    init(_ services: [TTRPCService]) {
        self.services = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0.methods) })
    }

    /// The method that the request asks for; throws Unimplemented, and names what is missing.
    func method(for request: Ttrpc_Request) throws(TTRPCStatus) -> TTRPCMethod {
        guard let methods = self.services[request.service] else {
            throw TTRPCStatus(.unimplemented, "service \(request.service) is not served here")
        }
        guard let method = methods[request.method] else {
            throw TTRPCStatus(
                .unimplemented, "method \(request.method) of service \(request.service) is not served here")
        }
        return method
    }
}
