internal import EngineProtocol
internal import LinuxSystem
internal import SystemPackage

/// Puts this process into its cgroups: it and its children are counted and limited from here on.
func enterCgroups(_ placement: CgroupPlacement) throws(ContainerFailure) {
    for file in placement.entryFiles {
        // 0 stands for the writer (cgroups(7)).
        try step("cgroup") { try writeText("0", toFileAt: file) }
    }
}

/// How likely the kernel picks the container when memory runs out (proc(5), oom_score_adj).
func adjustOOMScore(_ process: ProcessPlan, _ proc: ProcDirectory) throws(ContainerFailure) {
    guard let adjustment = process.oomScoreAdjustment else { return }
    do {
        try proc.write("\(adjustment)", to: "self/oom_score_adj")
    } catch {
        let remedy = error.errno == .permissionDenied ? "lowering it takes CAP_SYS_RESOURCE" : nil
        throw failure(
            SystemCallError(error.call, error.subject, errno: error.errno, remedy: remedy), step: "process.oomScoreAdj")
    }
}

/// Raises the hard limits that have to rise, while this process may: a user namespace's root may not.
///
/// The limits themselves are set late (`setLimits`), so that they do not bind the set-up. What is refused here is
/// refused there again, and said there.
func raiseHardLimits(_ process: ProcessPlan, inUserNamespace: Bool) throws(ContainerFailure) {
    guard inUserNamespace else { return }
    for limit in process.limits {
        guard let now = try? currentLimit(limit.resource), now.hard < limit.hard else { continue }
        try? setLimit(limit.resource, soft: now.soft, hard: limit.hard)
    }
}

/// The limits of getrlimit(2), at their last values.
func setLimits(_ process: ProcessPlan) throws(ContainerFailure) {
    for limit in process.limits {
        try step(limit.field) { try setLimit(limit.resource, soft: limit.soft, hard: limit.hard) }
    }
}
