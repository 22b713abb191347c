internal import CLinux
internal import Glibc
internal import SystemPackage

/// A set of capabilities (capabilities(7)), a bit for each by its number.
package struct CapabilitySet: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameter name: such as `CAP_CHOWN`.
    /// - Returns: nil when no kernel that this table knows has it.
    package init?(name: String) {
        guard let number = Self.names.firstIndex(of: name) else { return nil }
        rawValue = 1 << UInt64(number)
    }

    /// The names by their numbers (linux/capability.h).
    package static let names = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ]

    /// The names of those in it.
    package var names: [String] {
        Self.names.enumerated().filter { rawValue & (1 << UInt64($0.offset)) != 0 }.map(\.element)
    }
}

/// The calls on a process's capability sets.
package enum ProcessCapabilities {
    /// Those that this process may use or pass on (capget(2)).
    package static func permitted() throws(SystemCallError) -> CapabilitySet {
        var sets: (UInt64, UInt64, UInt64) = (0, 0, 0)
        try systemCall("capget") { martlet_capget(&sets.0, &sets.1, &sets.2) }
        return CapabilitySet(rawValue: sets.1)
    }

    /// capset(2).
    package static func set(
        effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet
    ) throws(SystemCallError) {
        try systemCall("capset") { martlet_capset(effective.rawValue, permitted.rawValue, inheritable.rawValue) }
    }

    /// Takes out of the bounding set what `kept` does not have (PR_CAPBSET_DROP). Numbers that the kernel does not
    /// know end it.
    package static func limitBoundingSet(to kept: CapabilitySet) throws(SystemCallError) {
        for number in 0..<UInt(64) where kept.rawValue & (1 << UInt64(number)) == 0 {
            switch attempt({ martlet_prctl(24 /* PR_CAPBSET_DROP */, number, 0, 0, 0) }) {
            case .success: continue
            case .failure(.invalidArgument): return
            case .failure(let code): throw SystemCallError("prctl", "PR_CAPBSET_DROP", errno: code)
            }
        }
    }

    /// Whether the permitted set outlives the change to a user that is not root (PR_SET_KEEPCAPS).
    package static func keepAcrossUserChange(_ keep: Bool) throws(SystemCallError) {
        try systemCall("prctl", "PR_SET_KEEPCAPS") { martlet_prctl(8, keep ? 1 : 0, 0, 0, 0) }
    }

    /// Makes the ambient set that and no more (PR_CAP_AMBIENT).
    package static func setAmbient(_ set: CapabilitySet) throws(SystemCallError) {
        try systemCall("prctl", "PR_CAP_AMBIENT_CLEAR_ALL") { martlet_prctl(47, 4, 0, 0, 0) }
        for (number, name) in CapabilitySet.names.enumerated() where set.rawValue & (1 << UInt64(number)) != 0 {
            try systemCall(
                "prctl", "PR_CAP_AMBIENT_RAISE \(name)",
                remedy: { $0 == .notPermitted ? "it must be permitted and inheritable too" : nil }
            ) { martlet_prctl(47, 2, UInt(number), 0, 0) }
        }
    }
}
