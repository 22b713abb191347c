internal import OCISpec

/// `rdma` (cgroup-v1/rdma.rst); the same files in both versions.
enum V1RDMA: V1Controller {
    static let name = "rdma"

    static func requestedField(in resources: LinuxResources) -> String? { requestedRDMAField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try setRDMA(resources, in: directory)
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        metrics.rdma = try rdmaMetrics(of: directory)
    }
}

/// Of both versions.
func requestedRDMAField(in resources: LinuxResources) -> String? {
    resources.rdma?.isEmpty == false ? "linux.resources.rdma" : nil
}

/// Of both versions.
func setRDMA(_ resources: LinuxResources, in directory: CgroupDirectory) throws(CgroupError) {
    for (device, limits) in (resources.rdma ?? [:]).sorted(by: { $0.key < $1.key }) {
        let field = "linux.resources.rdma[\"\(device)\"]"
        guard !device.isEmpty, !device.contains(where: \.isWhitespace) else {
            throw CgroupError(.invalid, field: field, "the name of a device, without spaces, would be right")
        }
        var line = device
        if let handles = limits.hcaHandles { line += " hca_handle=\(handles)" }
        if let objects = limits.hcaObjects { line += " hca_object=\(objects)" }
        if line != device { try directory.write(line, to: "rdma.max", field: field) }
    }
}

/// Of both versions. In the messages "no limit" is the largest number.
func rdmaMetrics(of directory: CgroupDirectory) throws(CgroupError) -> RDMAMetrics {
    func entries(_ name: String) throws(CgroupError) -> [RDMAMetrics.Entry] {
        parseNestedKeyed(try directory.readIfPresent(name) ?? "").map { head, values in
            .init(
                device: String(head), hcaHandles: UInt32(clamping: values["hca_handle"] ?? 0),
                hcaObjects: UInt32(clamping: values["hca_object"] ?? 0))
        }
    }
    return RDMAMetrics(current: try entries("rdma.current"), limit: try entries("rdma.max"))
}
