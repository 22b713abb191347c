internal import OCISpec

/// `pids`: the same file as in version 1.
enum V2Pids: V2Controller {
    static let name = "pids"

    static func requestedField(in resources: LinuxResources) -> String? { requestedPidsField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try setPids(resources, in: directory, isNew: isNew)
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {
        guard let current = try directory.numberIfPresent("pids.current") else { return }
        metrics.pids = .init(current: current, limit: try directory.number("pids.max"))
    }
}
