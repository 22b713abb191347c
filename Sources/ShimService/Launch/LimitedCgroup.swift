package import Cgroups
package import OCISpec

/// A container's cgroup that is made, with the limits of its specification but those that wait for its init process.
package struct LimitedCgroup: Sendable {
    package let cgroup: any Cgroup
    /// What is to be set once the init process is there; nil: nothing.
    package let processLimit: LinuxResources?
    /// Limits that are not applied.
    package let warnings: [CgroupWarning]

    /// Makes it. Nothing is left of one that can't be made.
    package init(_ cgroup: any Cgroup, _ resources: LinuxResources?) throws(CgroupError) {
        let limits = resources?.splittingProcessLimit()
        self.cgroup = cgroup
        processLimit = limits?.ofProcesses
        warnings = try cgroup.create(limits?.others)
    }
}
