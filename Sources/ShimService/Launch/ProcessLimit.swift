package import OCISpec

extension LinuxResources {
    /// These limits in two parts: the one of the number of processes, which has to wait until the container's init is
    /// there (the first child, which forks it, is counted too until it has ended), and all the others.
    ///
    /// - Returns: nil for `ofProcesses` when there is no such limit.
    package func splittingProcessLimit() -> (others: LinuxResources, ofProcesses: LinuxResources?) {
        var others = self
        var late = LinuxResources()
        if let limit = pids?.limit, limit > 0 {
            late.pids = pids
            others.pids = nil
        }
        if let limit = others.unified?.removeValue(forKey: "pids.max") { late.unified = ["pids.max": limit] }
        return (others, late.pids == nil && late.unified == nil ? nil : late)
    }

    /// The least number of processes that a guest's container is held to. A guest can make none itself, but the engine
    /// needs threads, which count: beside the guest's own one that schedules, one for each call on a file or name that
    /// is under way, one for stdin. It would hang, or end with SIGABRT, for want of the first two.
    package static let fewestProcessesOfGuest: Int64 = 8

    /// These limits with that of processes raised to what a guest needs.
    package func leavingRoomForEngine() -> LinuxResources {
        var roomy = self
        if let limit = pids?.limit, limit > 0 { roomy.pids?.limit = max(limit, Self.fewestProcessesOfGuest) }
        if let text = unified?["pids.max"], let limit = Int64(text) {
            roomy.unified?["pids.max"] = "\(max(limit, Self.fewestProcessesOfGuest))"
        }
        return roomy
    }
}
