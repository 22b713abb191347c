internal import OCISpec

/// `net_cls` (cgroup-v1/net_cls.rst).
enum V1NetCls: V1Controller {
    static let name = "net_cls"
    private static let field = "linux.resources.network.classID"

    static func requestedField(in resources: LinuxResources) -> String? {
        resources.network?.classID.unlessZero == nil ? nil : field
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let id = resources.network?.classID.unlessZero else { return }
        try directory.write("\(id)", to: "net_cls.classid", field: field)
    }
}

/// `net_prio` (cgroup-v1/net_prio.rst).
enum V1NetPrio: V1Controller {
    static let name = "net_prio"
    private static let field = "linux.resources.network.priorities"

    static func requestedField(in resources: LinuxResources) -> String? {
        resources.network?.priorities?.isEmpty == false ? field : nil
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        for (index, priority) in (resources.network?.priorities ?? []).enumerated() {
            try directory.write(
                "\(priority.name) \(priority.priority)", to: "net_prio.ifpriomap", field: "\(field)[\(index)]")
        }
    }
}
