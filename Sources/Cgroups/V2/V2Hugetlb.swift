internal import OCISpec

/// `hugetlb`.
enum V2Hugetlb: V2Controller {
    static let name = "hugetlb"

    static func requestedField(in resources: LinuxResources) -> String? { requestedHugetlbField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try setHugetlb(resources, in: directory, suffix: "max")
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {
        for size in directory.hugePageSizes(suffix: "current") {
            let events = try directory.flatKeyedIfPresent("hugetlb.\(size).events")
            metrics.hugetlb.append(
                .init(
                    current: try directory.number("hugetlb.\(size).current"),
                    max: try directory.number("hugetlb.\(size).max"), pagesize: size, failcnt: events?["max"] ?? 0))
        }
    }
}
