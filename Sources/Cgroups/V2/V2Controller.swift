internal import OCISpec

/// What a controller of version 2 does with a container's limits. (cgroup-v2.rst, "Controllers")
protocol V2Controller {
    /// As cgroup.controllers calls it.
    static var name: String { get }

    /// The first of the specification's fields that can't be had without this controller.
    static func requestedField(in resources: LinuxResources) -> String?

    /// Sets what is asked for, and nothing else.
    static func apply(
        _ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool
    ) throws(CgroupError)

    /// Adds its part of the metrics.
    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError)
}

extension V2Controller {
    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {}
}

enum V2Controllers {
    static var all: [any V2Controller.Type] {
        [V2Pids.self, V2Memory.self, V2IO.self, V2CPU.self, V2Cpuset.self, V2Hugetlb.self, V2RDMA.self, V2Misc.self]
    }

    /// Fields of version 1 that version 2 has nothing for: failing is better than a container without its limit.
    static func refuseWhatIsGone(_ resources: LinuxResources) throws(CgroupError) {
        var field: String?
        if resources.cpu?.realtimeRuntime.unlessZero != nil { field = "cpu.realtimeRuntime" }
        if resources.cpu?.realtimePeriod.unlessZero != nil { field = "cpu.realtimePeriod" }
        if resources.network?.classID.unlessZero != nil { field = "network.classID" }
        if resources.network?.priorities?.isEmpty == false { field = "network.priorities" }
        if let field {
            throw CgroupError(
                .unsupported, field: "linux.resources.\(field)",
                "this node has cgroup version 2, which has nothing for it")
        }
    }

    /// Fields of version 1 that tune and do not limit: left out, as runc leaves them.
    static func warnings(_ resources: LinuxResources) -> [CgroupWarning] {
        var warnings = kernelMemoryWarnings(resources)
        func ignored(_ field: String) {
            warnings.append(
                CgroupWarning(
                    field: "linux.resources.\(field)",
                    message: "cgroup version 2 has nothing for it; the field is ignored"))
        }
        if let swappiness = resources.memory?.swappiness, swappiness != .max { ignored("memory.swappiness") }
        if resources.memory?.disableOOMKiller == true { ignored("memory.disableOOMKiller") }
        if resources.blockIO?.leafWeight.unlessZero != nil { ignored("blockIO.leafWeight") }
        return warnings
    }
}
