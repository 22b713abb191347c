internal import CLinux

/// Core scheduling (prctl(2), PR_SCHED_CORE; since Linux 5.14): the threads of a processor's core run, at any one time,
/// only processes with the same cookie, so that those of others can't watch them through what the threads share.
package enum CoreScheduling {
    /// Gives this process, with all its threads, a cookie of its own; what it forks from then on has the same.
    ///
    /// - Throws: `ENODEV` where no core has more than one thread, `EINVAL` where the kernel knows nothing of it.
    package static func takeOwnCookie() throws(SystemCallError) {
        // PR_SCHED_CORE_CREATE for PIDTYPE_TGID.
        try systemCall("prctl", "PR_SCHED_CORE") { martlet_prctl(62, 1, 0, 1, 0) }
    }

    /// The cookie of a process; 0 is none.
    package static func cookie(of pid: Int32) throws(SystemCallError) -> UInt64 {
        var cookie: UInt64 = 0
        try systemCall("prctl", "PR_SCHED_CORE of \(pid)") {
            // PR_SCHED_CORE_GET for PIDTYPE_PID.
            withUnsafeMutablePointer(to: &cookie) { martlet_prctl(62, 0, UInt(pid), 0, UInt(bitPattern: $0)) }
        }
        return cookie
    }
}
