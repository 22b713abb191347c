internal import ContainerdAPI
internal import OCISpec
internal import SwiftProtobuf
internal import TTRPC

/// A method of a shim, called with JSON (the mapping of protobuf to JSON: times as text, 64-bit numbers as strings).
struct ShimMethod: Sendable {
    /// The service's full name.
    let service: String
    let name: String
    /// - Throws: `TTRPCStatus` as the shim answered, and what is wrong with the JSON.
    let call: @Sendable (_ client: TTRPCClient, _ json: String, _ timeout: Duration?) async throws -> String

    /// - Parameter prepare: changes what the mapping to JSON takes offence at.
    init<Request: Message, Response: Message>(
        _ service: String, _ method: ServiceMethod<Request, Response>,
        prepare: @escaping @Sendable (inout Response) -> Void = { _ in }
    ) {
        self.service = service
        name = method.name
        call = { client, json, timeout in
            let request: Request
            do {
                request = try Request(jsonString: json)
            } catch {
                throw ShimJSONError(message: "the JSON is no \(Request.protoMessageName): \(error)")
            }
            let answer = try await client.call(
                service: service, method: method.name, payload: method.encode(request), timeout: timeout)
            var response = try method.decode(response: answer)
            prepare(&response)
            // What holds a type that is JSON itself has no such mapping.
            return (try? response.jsonString()) ?? "\"\(response.textFormatString())\""
        }
    }
}

/// JSON that is not the request of the method.
struct ShimJSONError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

/// All that a shim may be asked.
enum ShimCatalog {
    /// In the order of the services' definitions.
    static let methods: [ShimMethod] = {
        // What is in an Any.
        Google_Protobuf_Any.register(messageType: RuncProcessDetails.self)
        Google_Protobuf_Any.register(messageType: CgroupV1Metrics.self)
        Google_Protobuf_Any.register(messageType: CgroupV2Metrics.self)
        return TaskDialect.allCases.flatMap(task) + sandbox
    }()

    static func method(_ service: String, _ name: String) -> ShimMethod? {
        methods.first { $0.service == service && $0.name == name }
    }

    private static func task(_ dialect: TaskDialect) -> [ShimMethod] {
        let name = dialect.serviceName
        return [
            .init(name, TaskMethod.state), .init(name, TaskMethod.create), .init(name, TaskMethod.start),
            .init(name, TaskMethod.delete),
            .init(name, TaskMethod.pids) { response in
                for index in response.processes.indices where response.processes[index].hasInfo {
                    response.processes[index].info.lengthen()
                }
            },
            .init(name, TaskMethod.pause),
            .init(name, TaskMethod.resume), .init(name, TaskMethod.checkpoint), .init(name, TaskMethod.kill),
            .init(name, TaskMethod.exec), .init(name, TaskMethod.resizePty), .init(name, TaskMethod.closeIO),
            .init(name, TaskMethod.update), .init(name, TaskMethod.wait),
            .init(name, TaskMethod.stats) { if $0.hasStats { $0.stats.lengthen() } },
            .init(name, TaskMethod.connect), .init(name, TaskMethod.shutdown),
        ]
    }

    private static let sandbox: [ShimMethod] = {
        let name = SandboxMethod.serviceName
        return [
            .init(name, SandboxMethod.create), .init(name, SandboxMethod.start), .init(name, SandboxMethod.platform),
            .init(name, SandboxMethod.stop), .init(name, SandboxMethod.wait), .init(name, SandboxMethod.status),
            .init(name, SandboxMethod.ping), .init(name, SandboxMethod.shutdown),
            .init(name, SandboxMethod.metrics) { if $0.metrics.hasData { $0.metrics.data.lengthen() } },
        ]
    }()
}

extension Google_Protobuf_Any {
    /// Makes its type a URL, which containerd's are not, and JSON wants.
    fileprivate mutating func lengthen() {
        if !typeURL.isEmpty, !typeURL.contains("/") { typeURL = "type.googleapis.com/\(typeURL)" }
    }
}
