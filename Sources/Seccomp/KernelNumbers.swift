internal import CSeccomp
internal import OCISpec

/// Flags of SECCOMP_SET_MODE_FILTER (linux/seccomp.h; the C macros have a type that Swift can't read).
enum KernelFlag {
    static let tsync: UInt32 = 1 << 0
    static let log: UInt32 = 1 << 1
    static let specAllow: UInt32 = 1 << 2
    static let newListener: UInt32 = 1 << 3
    /// With a listener, a failed TSYNC answers ESRCH, not a thread's id that looks like a descriptor.
    static let tsyncESRCH: UInt32 = 1 << 4
    static let waitKillableRecv: UInt32 = 1 << 5
}

extension SeccompFlag {
    var kernelFlag: UInt32 {
        switch self {
        case .tsync: KernelFlag.tsync
        case .log: KernelFlag.log
        case .specAllow: KernelFlag.specAllow
        case .waitKillableRecv: KernelFlag.waitKillableRecv
        }
    }
}

extension SeccompAction {
    /// Whether `errnoRet` means something to it.
    var takesErrno: Bool { self == .errno || self == .trace }

    /// Whether a call that the profile does not name goes on to the kernel or to a tracer.
    var letsPass: Bool { self == .allow || self == .log || self == .trace }

    /// The filter's return value (SECCOMP_RET_…), linux/seccomp.h.
    func returnValue(errno: UInt32) -> UInt32 {
        switch self {
        case .kill, .killThread: 0
        case .killProcess: 0x8000_0000
        case .trap: 0x0003_0000
        case .errno: 0x0005_0000 | errno
        case .notify: 0x7fc0_0000
        case .trace: 0x7ff0_0000 | errno
        case .log: 0x7ffc_0000
        case .allow: 0x7fff_0000
        }
    }
}

extension SeccompArchitecture {
    /// libseccomp's own name: `x86_64`.
    var libraryName: String { rawValue.dropFirst("SCMP_ARCH_".count).lowercased() }

    /// libseccomp's token; that of the kernel too (AUDIT_ARCH_…), but for x32.
    var token: UInt32 { seccomp_arch_resolve_name(libraryName) }
}
