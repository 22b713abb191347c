internal import OCISpec
internal import SystemPackage

/// `hugetlb` (cgroup-v1/hugetlb.rst).
enum V1Hugetlb: V1Controller {
    static let name = "hugetlb"

    static func requestedField(in resources: LinuxResources) -> String? { requestedHugetlbField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        try setHugetlb(resources, in: directory, suffix: "limit_in_bytes")
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        for size in directory.hugePageSizes(suffix: "usage_in_bytes") {
            metrics.hugetlb.append(
                .init(
                    usage: try directory.number("hugetlb.\(size).usage_in_bytes"),
                    max: try directory.numberIfPresent("hugetlb.\(size).max_usage_in_bytes") ?? 0,
                    failcnt: try directory.numberIfPresent("hugetlb.\(size).failcnt") ?? 0, pagesize: size))
        }
    }
}

/// Of both versions.
func requestedHugetlbField(in resources: LinuxResources) -> String? {
    resources.hugepageLimits?.isEmpty == false ? "linux.resources.hugepageLimits" : nil
}

/// Of both versions: the limit, and the same for reservations where the kernel has one (since 5.7).
func setHugetlb(_ resources: LinuxResources, in directory: CgroupDirectory, suffix: String) throws(CgroupError) {
    for (index, limit) in (resources.hugepageLimits ?? []).enumerated() {
        let field = "linux.resources.hugepageLimits[\(index)]"
        guard isPageSize(limit.pageSize) else {
            throw CgroupError(
                .invalid, field: "\(field).pageSize",
                "found \"\(limit.pageSize)\"; such as 64KB, 2MB or 1GB would be right")
        }
        let file = "hugetlb.\(limit.pageSize).\(suffix)"
        guard directory.has(file) else {
            throw CgroupError(
                .unsupported, field: "\(field).pageSize", "this machine has no huge pages of \(limit.pageSize)")
        }
        try directory.write("\(limit.limit)", to: file, field: "\(field).limit")
        let reservation = "hugetlb.\(limit.pageSize).rsvd.\(suffix)"
        if directory.has(reservation) {
            try directory.write("\(limit.limit)", to: reservation, field: "\(field).limit")
        }
    }
}

/// `^[1-9][0-9]*[KMG]B$`, as the specification has it.
private func isPageSize(_ text: String) -> Bool {
    guard text.hasSuffix("B"), let unit = text.dropLast().last, "KMG".contains(unit) else { return false }
    let digits = text.dropLast(2).utf8
    return digits.first != UInt8(ascii: "0") && !digits.isEmpty
        && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

extension CgroupDirectory {
    /// The page sizes that have a file `hugetlb.SIZE.suffix`.
    func hugePageSizes(suffix: String) -> [String] {
        files(startingWith: "hugetlb.").compactMap { name in
            let parts = name.split(separator: ".")
            return parts.count == 3 && parts[2] == suffix ? String(parts[1]) : nil
        }
    }
}
