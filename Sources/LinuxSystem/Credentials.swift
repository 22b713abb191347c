internal import CLinux
internal import Glibc
internal import SystemPackage

/// The calls that change who a process is (credentials(7)).
package enum Credentials {
    /// setgroups(2).
    package static func setGroups(_ groups: [UInt32]) throws(SystemCallError) {
        try systemCall("setgroups") { setgroups(groups.count, groups) }
    }

    /// The real, effective and saved group (setresgid(2)).
    package static func setGroup(_ group: UInt32) throws(SystemCallError) {
        try systemCall("setresgid", "\(group)", remedy: { unmapped($0) }) { martlet_setresgid(group) }
    }

    /// The real, effective and saved user (setresuid(2)).
    package static func setUser(_ user: UInt32) throws(SystemCallError) {
        try systemCall("setresuid", "\(user)", remedy: { unmapped($0) }) { martlet_setresuid(user) }
    }

    private static func unmapped(_ code: Errno) -> String? {
        code == .invalidArgument ? "it is not mapped in the user namespace" : nil
    }

    /// From now on no execve(2) gives this process more than it has (PR_SET_NO_NEW_PRIVS).
    package static func refuseNewPrivileges() throws(SystemCallError) {
        try systemCall("prctl", "PR_SET_NO_NEW_PRIVS") { martlet_prctl(38, 1, 0, 0, 0) }
    }

    /// Whether this process's memory can be read by others of its user and dumped (PR_SET_DUMPABLE).
    package static func setDumpable(_ dumpable: Bool) throws(SystemCallError) {
        try systemCall("prctl", "PR_SET_DUMPABLE") { martlet_prctl(4, dumpable ? 1 : 0, 0, 0, 0) }
    }
}

/// How this process meets signals.
package enum Signals {
    /// Nothing blocked, nothing ignored. Handlers stay until an execve: the engine's, which turn faults into traps, are
    /// a guest's need.
    package static func reset() throws(SystemCallError) {
        try systemCall("sigprocmask") { martlet_reset_signals(0) }
    }

    /// SIGTERM and SIGINT end the process with 128 + n, also as the first of its pid namespace. An execve undoes it.
    package static func endOnTermination() throws(SystemCallError) {
        try systemCall("sigaction") { martlet_end_on_termination_signals() }
    }

    /// Limits of a guest's memories that are sent (`ProcessDescriptor.send(memoryLimit:)`) are taken note of.
    package static func acceptMemoryLimits() throws(SystemCallError) {
        try systemCall("sigaction") { martlet_accept_memory_limits() }
    }

    /// Opens of `/dev/stdout` and its like are answered that a guest's filter traps (`BuiltInProfile.guest`).
    package static func answerTrappedOpens() throws(SystemCallError) {
        try systemCall("sigaction") { martlet_answer_trapped_opens() }
    }

    /// From now on SIGTERM and SIGINT do nothing but make the descriptor readable (signalfd(2)). To be called before
    /// the first other thread is started; non-blocking.
    package static func terminationDescriptor() throws(SystemCallError) -> OwnedFileDescriptor {
        OwnedFileDescriptor(owning: try systemCall("signalfd") { martlet_termination_descriptor() })
    }
}

/// Has the kernel kill this process when the thread that forked it ends (PR_SET_PDEATHSIG). A parent that has ended
/// already is not noticed, and a change of user clears it.
package func dieWithParent() throws(SystemCallError) {
    try systemCall("prctl", "PR_SET_PDEATHSIG") { martlet_prctl(1, UInt(SIGKILL), 0, 0, 0) }
}

/// Asks that this process adopts the orphans among its descendants (PR_SET_CHILD_SUBREAPER).
package func becomeSubreaper() throws(SystemCallError) {
    try systemCall("prctl", "PR_SET_CHILD_SUBREAPER") { martlet_prctl(36, 1, 0, 0, 0) }
}
