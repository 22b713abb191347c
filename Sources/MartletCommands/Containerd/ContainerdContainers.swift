internal import GRPC
internal import OCIRuntime
internal import OCISpec
internal import SwiftProtobuf

/// Asks containerd what it keeps of containers.
struct ContainerdContainers: Sendable {
    let place: ContainerdPlace

    /// Those that any of the filters finds.
    ///
    /// - Parameters:
    ///   - namespace: of containerd.
    ///   - filters: as containerd has them, such as `id==hello`.
    /// - Throws: `RuntimeError` when containerd does not answer.
    func list(_ namespace: String, _ filters: [String]) throws -> [ContainersContainer] {
        var place = place
        place.namespace = namespace
        let request = ContainersListContainersRequest.with { $0.filters = filters }
        do {
            let answer: ContainersListContainersResponse = try place.call(
                "containerd.services.containers.v1.Containers", "List", request)
            return answer.containers
        } catch let error as GRPCError {
            throw RuntimeError(.unavailable, "containerd does not list its containers", cause: error)
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
