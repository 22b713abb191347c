internal import OCISpec

/// `rdma`: the same files as in version 1.
enum V2RDMA: V2Controller {
    static let name = "rdma"

    static func requestedField(in resources: LinuxResources) -> String? { requestedRDMAField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try setRDMA(resources, in: directory)
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {
        if directory.has("rdma.current") { metrics.rdma = try rdmaMetrics(of: directory) }
    }
}
