internal import OCISpec

/// `cpuset`: empty is the parent's.
enum V2Cpuset: V2Controller {
    static let name = "cpuset"

    static func requestedField(in resources: LinuxResources) -> String? { requestedCpusetField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try V1Cpuset.apply(resources, to: directory, isNew: isNew)
    }
}
