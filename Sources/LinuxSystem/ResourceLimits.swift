internal import CLinux
internal import Glibc
internal import SystemPackage

/// A resource of getrlimit(2).
package enum LimitedResource: Int32, CaseIterable, Sendable {
    case cpu = 0
    case fileSize, data, stack, core, residentSet, processes, openFiles, lockedMemory, addressSpace
    case locks, pendingSignals, messageQueues, nice, realtimePriority, realtimeTime

    /// - Parameter name: such as `RLIMIT_NOFILE`.
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    package var name: String {
        switch self {
        case .cpu: "RLIMIT_CPU"
        case .fileSize: "RLIMIT_FSIZE"
        case .data: "RLIMIT_DATA"
        case .stack: "RLIMIT_STACK"
        case .core: "RLIMIT_CORE"
        case .residentSet: "RLIMIT_RSS"
        case .processes: "RLIMIT_NPROC"
        case .openFiles: "RLIMIT_NOFILE"
        case .lockedMemory: "RLIMIT_MEMLOCK"
        case .addressSpace: "RLIMIT_AS"
        case .locks: "RLIMIT_LOCKS"
        case .pendingSignals: "RLIMIT_SIGPENDING"
        case .messageQueues: "RLIMIT_MSGQUEUE"
        case .nice: "RLIMIT_NICE"
        case .realtimePriority: "RLIMIT_RTPRIO"
        case .realtimeTime: "RLIMIT_RTTIME"
        }
    }
}

/// Sets a limit of this process (prlimit(2)).
package func setLimit(_ resource: LimitedResource, soft: UInt64, hard: UInt64) throws(SystemCallError) {
    try systemCall(
        "prlimit", resource.name,
        remedy: { $0 == .notPermitted ? "raising the hard limit takes CAP_SYS_RESOURCE" : nil }
    ) { martlet_prlimit(0, resource.rawValue, soft, hard) }
}

/// A limit of this process (prlimit(2)).
package func currentLimit(_ resource: LimitedResource) throws(SystemCallError) -> (soft: UInt64, hard: UInt64) {
    var limit: (soft: UInt64, hard: UInt64) = (0, 0)
    try systemCall("prlimit", resource.name) { martlet_get_limit(resource.rawValue, &limit.soft, &limit.hard) }
    return limit
}
