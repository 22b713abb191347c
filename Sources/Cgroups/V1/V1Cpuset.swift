internal import OCISpec
internal import SystemPackage

/// `cpuset`: a cgroup without CPUs and memory nodes takes no process, and a new one has none (cgroup-v1/cpusets.rst).
enum V1Cpuset: V1Controller {
    static let name = "cpuset"
    private static let field = "linux.resources.cpu"

    static func requestedField(in resources: LinuxResources) -> String? { requestedCpusetField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        if let cpus = resources.cpu?.cpus, !cpus.isEmpty {
            try directory.write(cpus, to: "cpuset.cpus", field: "\(field).cpus")
        }
        if let mems = resources.cpu?.mems, !mems.isEmpty {
            try directory.write(mems, to: "cpuset.mems", field: "\(field).mems")
        }
    }

    /// Gives a cgroup its parent's CPUs and memory nodes where it has none; the parent's parents likewise.
    /// - Parameters:
    ///   - mountPoint: where to stop.
    ///   - resources: what is about to be set, and is not inherited (it might be refused beside a parent's exclusive set).
    static func inherit(
        _ directory: CgroupDirectory, mountPoint: String, except resources: LinuxResources? = nil
    ) throws(CgroupError) {
        guard directory.path != mountPoint else { return }
        for (name, given) in [("cpuset.cpus", resources?.cpu?.cpus), ("cpuset.mems", resources?.cpu?.mems)]
        where given?.isEmpty ?? true {
            // `cgroup.clone_children` may have filled it already.
            guard trimmed(try directory.read(name)).isEmpty else { continue }
            var value = trimmed(try directory.parent.read(name))
            if value.isEmpty {
                try inherit(directory.parent, mountPoint: mountPoint)
                value = trimmed(try directory.parent.read(name))
            }
            try directory.write(String(value), to: name, field: nil)
        }
    }
}

/// Of both versions.
func requestedCpusetField(in resources: LinuxResources) -> String? {
    if let cpus = resources.cpu?.cpus, !cpus.isEmpty { return "linux.resources.cpu.cpus" }
    if let mems = resources.cpu?.mems, !mems.isEmpty { return "linux.resources.cpu.mems" }
    return nil
}
