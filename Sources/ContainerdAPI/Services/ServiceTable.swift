package import SwiftProtobuf

/// A service as a server needs it: its name, and for each method what to do with the bytes of a call.
///
/// `Context` is what the transport tells the handler about a call (its deadline, metadata); this layer hands
/// it through and does not look into it.
package struct ServiceTable<Context: Sendable>: Sendable {
    /// Takes the encoded request and returns the encoded response. Throws ``PayloadError`` if the request is
    /// malformed, and whatever the service throws.
    package typealias Handler = @Sendable (_ context: Context, _ request: [UInt8]) async throws -> [UInt8]

    /// The full name of the service, as clients call it.
    package let name: String
    /// By the method's name.
    package private(set) var handlers: [String: Handler] = [:]

    package init(name: String) {
        self.name = name
    }

    /// Adds `method`, or replaces it.
    package mutating func add<Request: SwiftProtobuf.Message, Response: SwiftProtobuf.Message>(
        _ method: ServiceMethod<Request, Response>,
        _ body: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        handlers[method.name] = { context, bytes in
            try method.encode(response: await body(method.decode(request: bytes), context))
        }
    }
}
