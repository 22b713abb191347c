/// A container of this node, as `ps` and `top` tell of it.
struct NodeContainer: Encodable, Sendable {
    /// containerd's namespace; nil for one that martlet itself made.
    var namespace: String?
    /// The pod, as `namespace/name`, of a container of Kubernetes.
    var pod: String?
    /// What it is called in its pod; nil: it has its id alone.
    var name: String?
    var id: String
    /// `module`, `component`, `text` or `native`; `sandbox` for what holds a pod's namespaces.
    var kind: String
    /// `created`, `running`, `paused`, `stopped`; `no answer` of a shim that does not serve.
    var status: String
    var pid: UInt32 = 0
    /// Nanoseconds of processor time since it began.
    var cpu: UInt64?
    /// Bytes that its cgroup is charged.
    var memory: UInt64?
    /// How often the kubelet has started it anew in its pod, if containerd passes that on.
    var restarts: Int?
    /// Requests that a server has answered since it began.
    var requests: UInt64?
    /// The file name of the shim's program.
    var shim: String?
    var shimPid: UInt32?

    /// How much of one processor it had, in percent.
    ///
    /// - Parameters:
    ///   - earlier: the same container before.
    ///   - elapsed: nanoseconds since then.
    func load(since earlier: NodeContainer?, elapsed: UInt64) -> Double? {
        guard let cpu, let before = earlier?.cpu, cpu >= before, elapsed > 0 else { return nil }
        return Double(cpu - before) * 100 / Double(elapsed)
    }

    /// Requests a second, of a server.
    ///
    /// - Parameters: as of `load`.
    func requestRate(since earlier: NodeContainer?, elapsed: UInt64) -> Double? {
        guard let requests, let before = earlier?.requests, requests >= before, elapsed > 0 else { return nil }
        return Double(requests - before) * 1e9 / Double(elapsed)
    }

    /// One that is the same container in two samples.
    var key: String { "\(namespace ?? "")/\(id)" }
}

extension [NodeContainer] {
    /// What `top` has instead of sums.
    struct Rates {
        /// In percent of a processor.
        let load: (NodeContainer) -> Double?
        /// Requests a second.
        let requests: (NodeContainer) -> Double?
    }

    /// - Parameters:
    ///   - rates: of `top`; else there are seconds of processor time and numbers of requests.
    ///   - allShims: whether there is a column of the shims' names.
    func table(allShims: Bool, rates: Rates? = nil) -> [[String]] {
        var rows = [["POD", "CONTAINER", "ID", "KIND", "STATE", "RESTARTS", "PID"]]
        rows[0] += rates == nil ? ["CPU", "MEMORY", "REQUESTS"] : ["CPU%", "MEMORY", "REQ/S"]
        if allShims { rows[0].append("SHIM") }
        for container in self {
            let (cpu, requests): (String?, String?)
            if let rates {
                (cpu, requests) = (rates.load(container).map(Self.tenths), rates.requests(container).map(Self.tenths))
            } else {
                cpu = container.cpu.map { "\(Self.tenths(Double($0) / 1e9)) s" }
                requests = container.requests.map { "\($0)" }
            }
            var row = [
                container.pod ?? "-", container.name ?? "-", String(container.id.prefix(13)), container.kind,
                container.status, container.restarts.map { "\($0)" } ?? "-",
                container.pid == 0 ? "-" : "\(container.pid)",
            ]
            row += [cpu ?? "-", container.memory.map { ModuleInspection.size($0) } ?? "-", requests ?? "-"]
            if allShims { row.append(container.shim ?? "-") }
            rows.append(row)
        }
        return rows
    }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
