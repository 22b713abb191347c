internal import LinuxSystem
internal import SystemPackage

/// Whether a pod is to share no processor core with others: `sched_core = true` in containerd's configuration, which
/// reaches the shim as SCHED_CORE in its environment, as runc's takes it.
enum OwnCores {
    /// Makes this process, and so the shim, the engine and all containers that come of it, one group of the kernel's
    /// core scheduling.
    static func claim(_ environment: [String: String]) throws(SystemCallError) {
        guard !(environment["SCHED_CORE"] ?? "").isEmpty else { return }
        do throws(SystemCallError) {
            try CoreScheduling.takeOwnCookie()
        } catch {
            // Where a core has one thread only there is nothing to be shared.
            guard error.errno != .operationNotSupportedByDevice else { return }
            throw SystemCallError(
                error.call, error.subject, errno: error.errno,
                remedy: "SCHED_CORE asks for core scheduling, which this kernel can't do; unset sched_core")
        }
    }
}
