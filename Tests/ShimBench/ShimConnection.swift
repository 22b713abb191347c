internal import ContainerdAPI
internal import FoundationEssentials
internal import NIOCore
internal import SwiftProtobuf
internal import TTRPC

/// Where a shim serves, as its `start` command answered.
struct ShimAddress: Hashable, Sendable {
    var address: String
    var dialect: TaskDialect

    /// Reads a plain address, or the JSON of versions 2 and 3. Throws `BenchError` `.shimAnswer` with the answer.
    init(answer: String) throws {
        struct Parameters: Decodable {
            var version: Int
            var address: String
        }
        let text = String(answer.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        if text.hasPrefix("{") {
            do {
                let parameters = try JSONDecoder().decode(Parameters.self, from: Data(text.utf8))
                address = parameters.address
                dialect = parameters.version >= 3 ? .v3 : .v2
            } catch {
                throw BenchError(.shimAnswer, "the shim's start answered '\(text)'", cause: error)
            }
        } else {
            address = text
            dialect = .v2
        }
        guard address.hasPrefix("unix://"), !address.contains(where: \.isWhitespace) else {
            throw BenchError(.shimAnswer, "the shim's start answered '\(text)'; unix://… is wanted, alone")
        }
    }

    /// The file of the socket.
    var path: String { String(address.dropFirst("unix://".count)) }
}

/// A client of one shim.
struct ShimConnection: Sendable {
    private let client: TTRPCClient
    private let dialect: TaskDialect

    init(to address: ShimAddress, on eventLoop: any EventLoop) async throws {
        client = try await TTRPCClient.connect(to: address.address, on: eventLoop)
        dialect = address.dialect
    }

    /// Calls a method, of the task service if none is named; what has not answered after 30 s fails.
    func call<Request: Message, Response: Message>(
        _ method: ServiceMethod<Request, Response>, _ request: Request, of service: String? = nil
    ) async throws -> Response {
        do {
            return try await client.call(
                service: service ?? dialect.serviceName, method: method.name, request, timeout: .seconds(30))
        } catch {
            throw BenchError(.shimAnswer, "\(method.name) failed", cause: error)
        }
    }

    /// Asks the shim to end and waits until the connection is gone. A shim may well be gone before it answers.
    func shutDown(_ id: String) async {
        var request = TaskShutdownRequest()
        request.id = id
        let _: Google_Protobuf_Empty? = try? await call(TaskMethod.shutdown, request)
        await close()
    }

    func close() async { await client.close() }
}
