internal import Bundle
internal import ContainerdAPI
internal import EngineProtocol
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import SwiftProtobuf

/// Asks all shims of the node of their containers.
struct NodeContainers: Sendable {
    let containerdState: String
    /// Also those of other runtimes.
    let allShims: Bool

    /// The kubelet's annotation, which containerd passes on where `container_annotations` has it.
    private static let restartCount = "io.kubernetes.container.restartCount"

    /// How long a shim may take to answer.
    private static let patience = Duration.seconds(2)

    /// Blocking.
    ///
    /// - Parameter runtime: whose own containers are told of, too.
    func sample(_ runtime: Runtime) throws -> [NodeContainer] {
        let bundles = ShimEndpoint.all(in: containerdState)
        let allShims = allShims
        let found = try ShimSession.blocking {
            try await withThrowingTaskGroup(of: [NodeContainer].self) { group in
                for (address, served) in Dictionary(grouping: bundles, by: \.address) {
                    group.addTask { await Self.ask(address, served, allShims) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        let sorted = found.sorted {
            ($0.namespace ?? "", $0.pod ?? "", $0.id) < ($1.namespace ?? "", $1.pod ?? "", $1.id)
        }
        return sorted + runtime.list().map { own($0, runtime) }
    }

    private func own(_ summary: ContainerSummary, _ runtime: Runtime) -> NodeContainer {
        var found = NodeContainer(
            id: summary.id, kind: Self.kind(bundle: summary.bundle, rootfs: summary.rootfs),
            status: summary.status.rawValue)
        found.pid = UInt32(max(0, summary.pid))
        if summary.status != .stopped, let stats = try? runtime.container(summary.id).stats() {
            (found.cpu, found.memory) = (stats.cpu.usage.total, stats.memory.usage.usage)
        }
        found.countRequests()
        return found
    }

    private static func ask(_ address: String, _ served: [ServedBundle], _ allShims: Bool) async -> [NodeContainer] {
        do {
            return try await ShimSession.connect(address) { shim in
                var found: [NodeContainer] = []
                for bundle in served where !bundle.isSandbox || served.count == 1 {
                    let container = await ask(shim, bundle)
                    let isOurs = container.shim?.hasPrefix("containerd-shim-martlet") ?? true
                    if allShims || isOurs { found.append(container) }
                }
                return found
            }
        } catch {
            return served.map {
                var found = describe($0)
                found.status = "no answer"
                return found
            }
        }
    }

    private static func ask(_ shim: ShimSession, _ bundle: ServedBundle) async -> NodeContainer {
        var found = describe(bundle)
        let id = bundle.id
        let connect = TaskConnectRequest.with { $0.id = id }
        if let answer = try? await shim.task(TaskMethod.connect, connect, timeout: patience) {
            found.shimPid = answer.shimPid
            found.shim = (try? linkTarget(of: "/proc/\(answer.shimPid)/exe")).flatMap { splitLast($0).last }
        }
        let state = TaskStateRequest.with { $0.id = id }
        guard let answer = try? await shim.task(TaskMethod.state, state, timeout: patience) else {
            found.status = bundle.isSandbox ? "sandbox" : "no answer"
            return found
        }
        found.pid = answer.pid
        found.status = "\(answer.status)".lowercased()
        let request = TaskStatsRequest.with { $0.id = id }
        if let stats = try? await shim.task(TaskMethod.stats, request, timeout: patience).stats { found.take(stats) }
        found.countRequests()
        return found
    }

    private static func describe(_ bundle: ServedBundle) -> NodeContainer {
        var found = NodeContainer(namespace: bundle.namespace, id: bundle.id, kind: "-", status: "unknown")
        guard !bundle.isSandbox, let files = try? Bundle(path: bundle.path), let spec = try? files.loadConfig().spec
        else {
            if bundle.isSandbox { found.kind = "sandbox" }
            return found
        }
        let notes = spec.annotations ?? [:]
        if let pod = notes["io.kubernetes.cri.sandbox-name"] {
            found.pod = "\(notes["io.kubernetes.cri.sandbox-namespace"] ?? "-")/\(pod)"
        }
        found.name = notes["io.kubernetes.cri.container-name"]
        found.restarts = notes[Self.restartCount].flatMap { Int($0) }
        found.kind =
            notes["io.kubernetes.cri.container-type"] == "sandbox"
            ? "sandbox" : kind(bundle: bundle.path, rootfs: files.rootfs(of: spec))
        return found
    }

    /// What a container runs, by its entrypoint's first bytes.
    private static func kind(bundle: String, rootfs: String) -> String {
        guard let files = try? Bundle(path: bundle), let spec = try? files.loadConfig().spec,
            let entrypoint = try? EntrypointResolver(bundle: files, rootfs: rootfs, mounts: spec.mounts ?? [])
                .resolve(spec.process)
        else { return "-" }
        switch entrypoint {
        case .native: return "native"
        case .wasm(let found):
            switch found.format {
            case .module: return "module"
            case .component: return "component"
            case .text: return "text"
            }
        }
    }
}

extension NodeContainer {
    /// Components are served, and modules where an annotation says so.
    fileprivate mutating func countRequests() {
        guard kind != "native", kind != "sandbox", pid > 0 else { return }
        requests = SharedCounter.read(ServedFigures.requests, ofProcess: Int32(bitPattern: pid))
    }

    fileprivate mutating func take(_ stats: Google_Protobuf_Any) {
        if let metrics = try? stats.unpacked(as: CgroupV1Metrics.self) {
            (cpu, memory) = (metrics.cpu.usage.total, metrics.memory.usage.usage)
        } else if let metrics = try? stats.unpacked(as: CgroupV2Metrics.self) {
            (cpu, memory) = (metrics.cpu.usageUsec * 1000, metrics.memory.usage)
        }
    }
}
