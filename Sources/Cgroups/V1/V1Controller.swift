internal import OCISpec

/// What a controller of version 1 does with a container's limits, in its own directory.
protocol V1Controller {
    /// As /proc/self/cgroup and the mount options call it.
    static var name: String { get }

    /// The first of the specification's fields that can't be had without this controller.
    static func requestedField(in resources: LinuxResources) -> String?

    /// Sets what is asked for, and nothing else.
    /// - Parameter isNew: the directory was made just now and has the kernel's defaults.
    static func apply(
        _ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool
    ) throws(CgroupError)

    /// Adds its part of the metrics.
    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError)
}

extension V1Controller {
    static func requestedField(in resources: LinuxResources) -> String? { nil }
    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {}
    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {}
}

enum V1Controllers {
    /// In the order in which a process enters them: cpuset before all else, as runc.
    static var all: [any V1Controller.Type] {
        [
            V1Cpuset.self, V1Devices.self, V1Memory.self, V1CPU.self, V1CPUAccounting.self, V1Pids.self, V1BlockIO.self,
            V1Hugetlb.self, V1NetCls.self, V1NetPrio.self, V1Freezer.self, V1RDMA.self,
        ]
    }

    /// Every controller whose hierarchy a container joins; the last ones only count or name.
    static let order: [String] = all.map { $0.name } + ["perf_event", "misc", "name=systemd"]

    /// Those of a directory; `perf_event`, `misc` and `name=systemd` have nothing to set.
    static func of(_ directory: CgroupPlace.Directory) -> [any V1Controller.Type] {
        all.filter { directory.controllers.contains($0.name) }
    }
}
