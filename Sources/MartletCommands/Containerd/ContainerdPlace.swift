internal import GRPC
internal import Glibc
internal import NIOCore
internal import OCIRuntime
internal import SwiftProtobuf

/// A containerd, by its socket for gRPC, and one of its namespaces.
struct ContainerdPlace: Equatable, Sendable {
    static let defaultSocket = "/run/containerd/containerd.sock"
    /// containerd's namespace for what Kubernetes asks for.
    static let kubernetes = "k8s.io"

    /// The path of its socket.
    var socket = Self.defaultSocket
    var namespace = "default"

    /// As the variables say that ctr takes, too.
    static var ofEnvironment: ContainerdPlace {
        var place = ContainerdPlace()
        if let address = variable("CONTAINERD_ADDRESS") { place.socket = path(of: address) }
        if let namespace = variable("CONTAINERD_NAMESPACE") { place.namespace = namespace }
        return place
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Of an address, which may be written as a URI.
    static func path(of address: String) -> String {
        address.hasPrefix("unix://") ? String(address.dropFirst("unix://".count)) : address
    }

    /// Calls a method with one answer.
    ///
    /// - Throws: `GRPCError` for what containerd refuses, `RuntimeError` when it does not answer.
    func call<Answer: Message>(_ service: String, _ method: String, _ request: some Message) throws -> Answer {
        let call = try prepared(service, method, request, seconds: 10)
        let answer = try answering { try ShimSession.blocking { [UInt8](buffer: try await call.answer()) } }
        return try Answer(serializedBytes: answer)
    }

    /// Calls a method with a stream of answers.
    func eachAnswer<Answer: Message>(
        _ service: String, _ method: String, _ request: some Message,
        _ take: @escaping @Sendable (Answer) throws -> Void
    ) throws {
        let call = try prepared(service, method, request, seconds: 600)
        try answering {
            try ShimSession.blocking {
                try await call.eachAnswer { try take(Answer(serializedBytes: [UInt8](buffer: $0))) }
            }
        }
    }

    private func prepared(
        _ service: String, _ method: String, _ request: some Message, seconds: Int
    ) throws -> GRPCCall {
        var call = GRPCCall(
            socket: socket, service: service, method: method, message: try request.serializedBytes(), seconds: seconds)
        call.metadata = [("containerd-namespace", namespace)]
        return call
    }

    private func answering<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as GRPCError where !error.isSilence {
            throw error
        } catch let error as GRPCError {
            let remedy = remedy
            throw RuntimeError(
                .unavailable, "containerd does not answer at \(socket)",
                remedy: remedy ?? "is containerd running? systemctl status containerd",
                cause: remedy == nil ? error : nil)
        }
    }

    /// What to do when nobody answers, if it can be seen from here why.
    private var remedy: String? {
        if access(socket, F_OK) != 0, errno == ENOENT {
            return "there is no such socket: start containerd, or name another one's by --address or CONTAINERD_ADDRESS"
        }
        if access(socket, R_OK | W_OK) != 0 {
            return geteuid() == 0
                ? "the socket can't be used: see its mode" : "the socket is root's alone: run it with sudo"
        }
        return nil
    }
}
