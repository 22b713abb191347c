internal import Cgroups
internal import OCISpec

/// A container's cgroup that is made, with the limits of its specification but those that wait for its init process.
struct LimitedCgroup: Sendable {
    let cgroup: any Cgroup
    /// What is to be set once the init process is there; nil: nothing.
    let processLimit: LinuxResources?
    /// Limits that are not applied.
    let warnings: [CgroupWarning]

    /// Makes it. Nothing is left of one that can't be made.
    init(_ cgroup: any Cgroup, _ resources: LinuxResources?) throws(CgroupError) {
        let limits = resources?.splittingProcessLimit()
        self.cgroup = cgroup
        processLimit = limits?.ofProcesses
        warnings = try cgroup.create(limits?.others)
    }
}
