internal import ContainerdAPI
internal import NIOCore
internal import NIOPosix
internal import SwiftProtobuf
internal import TTRPC

/// A connection to a shim, for a command that has nothing else to do.
struct ShimSession: Sendable {
    private let client: TTRPCClient

    /// How long a call may take that waits for nothing.
    static let patience = Duration.seconds(10)

    /// Runs the body on an event loop, with a connection that is closed afterwards; blocks until it is done.
    static func run<Result: Sendable>(
        _ address: String, _ body: @escaping @Sendable (ShimSession) async throws -> Result
    ) throws -> Result {
        try blocking { try await connect(address, body) }
    }

    static func connect<Result: Sendable>(
        _ address: String, _ body: @Sendable (ShimSession) async throws -> Result
    ) async throws -> Result {
        let client = try await TTRPCClient.connect(to: address, on: MultiThreadedEventLoopGroup.singleton.any())
        do {
            let result = try await body(ShimSession(client: client))
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    static func blocking<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        try MultiThreadedEventLoopGroup.singleton.any().makeFutureWithTask(body).wait()
    }

    /// Calls the task service by the name that this shim knows it by.
    func task<Request: Message, Response: Message>(
        _ method: ServiceMethod<Request, Response>, _ request: Request, timeout: Duration? = Self.patience
    ) async throws -> Response {
        do {
            return try await call(method, request, service: TaskDialect.v2.serviceName, timeout: timeout)
        } catch let status as TTRPCStatus where status.code == .unimplemented {
            return try await call(method, request, service: TaskDialect.v3.serviceName, timeout: timeout)
        }
    }

    private func call<Request: Message, Response: Message>(
        _ method: ServiceMethod<Request, Response>, _ request: Request, service: String, timeout: Duration?
    ) async throws -> Response {
        let payload = try method.encode(request)
        let answer = try await client.call(
            service: service, method: method.name, payload: payload, timeout: timeout)
        return try method.decode(response: answer)
    }

    /// Calls any method with JSON.
    func call(_ method: ShimMethod, _ json: String) async throws -> String {
        // Waiting is what some are for.
        try await method.call(client, json, nil)
    }

    /// The same of the task service.
    func task(_ name: String, _ json: String) async throws -> String {
        var last: (any Error)?
        for dialect in TaskDialect.allCases {
            guard let method = ShimCatalog.method(dialect.serviceName, name) else { continue }
            do {
                return try await call(method, json)
            } catch let status as TTRPCStatus where status.code == .unimplemented {
                last = status
            }
        }
        throw last ?? ShimJSONError(message: "there is no method \(name)")
    }
}
