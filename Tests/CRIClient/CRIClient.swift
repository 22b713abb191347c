package import GRPC
internal import NIOCore
internal import SwiftProtobuf

/// A client of the Container Runtime Interface v1, as the kubelet is one. Its calls are in the extensions; each throws
/// what the runtime answered, as a `CRIError`.
package struct CRIClient: Sendable {
    private let socket: String

    /// - Parameter socket: the path of the runtime's Unix socket.
    package init(socket: String) { self.socket = socket }

    /// A call with one message each way.
    ///
    /// - Parameter seconds: after which it has failed.
    func call<Answer: Message>(
        _ method: String, _ request: some Message, service: String = "RuntimeService", seconds: Int = 120
    ) async throws -> Answer {
        var call = GRPCCall(
            socket: socket, service: "runtime.v1.\(service)", method: method, message: try request.serializedBytes(),
            seconds: seconds)
        call.waitsForServer = true
        return try Answer(serializedBytes: [UInt8](buffer: try await call.answer()))
    }
}

/// A call that the runtime refused.
package typealias CRIError = GRPCError
