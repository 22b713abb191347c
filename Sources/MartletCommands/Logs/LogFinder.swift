internal import Bundle
internal import ContainerdAPI
internal import LinuxSystem
internal import OCIRuntime
internal import ShimService
internal import TTRPC

/// Finds a container's log by the container's name.
struct LogFinder {
    let containerdState: String
    let containerd: ContainerdContainers
    let runtime: Runtime

    /// - Parameter word: an id, how one begins, or a container's name in its pod.
    func find(_ word: String) throws -> ContainerLog {
        if let own = runtime.list().first(where: { $0.id == word }) { return try OwnLog(own, runtime).find() }
        let served = try ServedContainer.find(word, in: containerdState)
        if let served {
            guard !served.isSandbox else {
                throw RuntimeError(
                    .notFound, "\(served.bundle.id) holds a pod's namespaces and has no log",
                    remedy: "name one of the pod's containers: martlet ps lists them")
            }
            guard served.isOfPod else { return try log(of: served) }
            return try podLog(try listed(served.bundle.namespace, ["id==\(served.bundle.id)"], word), served)
        }
        // One that has ended has no bundle any more, but its log.
        return try podLog(try listed(ContainerdPlace.kubernetes, Self.filters(word), word), nil)
    }

    /// What finds containers that have ended: by their ids, or by the name that the kubelet labels them with.
    private static func filters(_ word: String) throws -> [String] {
        let isPlain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "_-.".utf8.contains(byte)
        }
        guard isPlain, !word.isEmpty else {
            throw RuntimeError(
                .invalidArgument, "\"\(word)\" is no name of a container", remedy: "martlet ps lists those that run")
        }
        return ["id~=^\(word)", "labels.\"io.kubernetes.container.name\"==\(word)"]
    }

    private func listed(_ namespace: String, _ filters: [String], _ word: String) throws -> ContainersContainer {
        let found: [ContainersContainer]
        do {
            found = try containerd.list(namespace, filters).filter { try $0.podMetadata() != nil }
        } catch let error as RuntimeError {
            throw RuntimeError(
                error.code,
                "no container \(word) runs here under a shim or under martlet, and of those that have ended "
                    + error.message, remedy: error.remedy, cause: error.cause)
        }
        let chosen = found.filter { $0.id == word }
        let candidates = chosen.isEmpty ? found : chosen
        guard let first = candidates.first else {
            throw RuntimeError(
                .notFound, "there is no container \(word), nor a pod's container of that name",
                remedy: "martlet ps lists those that run; crictl ps --all, those that have ended, too")
        }
        guard candidates.count == 1 else {
            throw ServedContainer.ambiguous(word, candidates.map(\.id))
        }
        return first
    }

    private func podLog(_ container: ContainersContainer, _ served: ServedContainer?) throws -> ContainerLog {
        guard let metadata = try container.podMetadata(), !metadata.logPath.isEmpty else {
            throw RuntimeError(
                .notFound, "the container \(container.id) has no log: whoever made it with CRI named no file for it",
                remedy: "the kubelet always does; give log_path and log_directory to crictl")
        }
        var log = ContainerLog(files: [.init(path: metadata.logPath, format: .cri)])
        if let served {
            log.process = try? served.state().process
            log.bundle = served.bundle.path
        }
        return log
    }

    /// Of a container that is none of a pod: where its shim was told to write.
    private func log(of container: ServedContainer) throws -> ContainerLog {
        let state = try container.state()
        var log = try StreamPlaces(id: container.bundle.id, stdout: state.stdout, stderr: state.stderr).log()
        log.process = state.process
        return log
    }
}
