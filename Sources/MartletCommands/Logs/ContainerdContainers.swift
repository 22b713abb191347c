internal import GRPC
internal import Glibc
internal import NIOCore
internal import OCIRuntime
internal import OCISpec
internal import SwiftProtobuf

/// Asks containerd, over gRPC, what it keeps of containers.
struct ContainerdContainers: Sendable {
    static let socket = "/run/containerd/containerd.sock"
    /// containerd's namespace for what Kubernetes asks for.
    static let kubernetes = "k8s.io"

    /// The path of containerd's socket.
    let socket: String

    /// Those that any of the filters finds.
    ///
    /// - Parameters:
    ///   - namespace: of containerd.
    ///   - filters: as containerd has them, such as `id==hello`.
    /// - Throws: `RuntimeError` when containerd does not answer.
    func list(_ namespace: String, _ filters: [String]) throws -> [ContainersContainer] {
        let request = ContainersListContainersRequest.with { $0.filters = filters }
        do {
            var call = UnaryCall(
                socket: socket, service: "containerd.services.containers.v1.Containers", method: "List",
                message: try request.serializedBytes(), seconds: 10)
            call.metadata = [("containerd-namespace", namespace)]
            let answer = try ShimSession.blocking { [call] in [UInt8](buffer: try await call.answer()) }
            return try ContainersListContainersResponse(serializedBytes: answer).containers
        } catch {
            let remedy = geteuid() == 0 ? "is containerd running there? --address names another socket" : "be root"
            throw RuntimeError(
                .unavailable, "containerd does not answer at \(socket)", remedy: remedy, cause: error)
        }
    }
}

extension ContainersContainer {
    /// What CRI keeps with a container of a pod (containerd: `container.Metadata`): the same in 1.6 and 2.x.
    private static let metadata = "io.cri-containerd.container.metadata"

    /// What CRI keeps of it; nil for a container that is none of a pod.
    func podMetadata() throws -> PodMetadata? {
        guard let kept = extensions[Self.metadata] else { return nil }
        return try decodeJSON(Versioned.self, from: kept.value, file: Self.metadata).metadata
    }

    struct PodMetadata: Decodable {
        /// Empty if the kubelet asked for no log.
        var logPath: String

        private enum CodingKeys: String, CodingKey { case logPath = "LogPath" }
    }

    private struct Versioned: Decodable {
        var metadata: PodMetadata

        private enum CodingKeys: String, CodingKey { case metadata = "Metadata" }
    }
}
