internal import OCISpec

/// `pids` (cgroup-v1/pids.rst).
enum V1Pids: V1Controller {
    static let name = "pids"

    static func requestedField(in resources: LinuxResources) -> String? { requestedPidsField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try setPids(resources, in: directory, isNew: isNew)
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        let limit = try directory.number("pids.max")
        // In version 1's message zero is "no limit".
        metrics.pids = .init(current: try directory.number("pids.current"), limit: limit == .max ? 0 : limit)
    }
}

/// Of both versions.
func requestedPidsField(in resources: LinuxResources) -> String? {
    (resources.pids?.limit ?? 0) > 0 ? "linux.resources.pids.limit" : nil
}

/// Of both versions. Zero and less is "no limit", which a new cgroup has.
func setPids(_ resources: LinuxResources, in directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
    guard let limit = resources.pids?.limit, limit > 0 || !isNew else { return }
    try directory.write(limit > 0 ? "\(limit)" : "max", to: "pids.max", field: "linux.resources.pids.limit")
}
