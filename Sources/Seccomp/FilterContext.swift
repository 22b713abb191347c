internal import CLinux
internal import CSeccomp
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The owner of libseccomp's `scmp_filter_ctx` (seccomp_init(3)).
struct FilterContext: ~Copyable {
    private let raw: scmp_filter_ctx

    init(defaultAction: UInt32) throws(SystemCallError) {
        guard let raw = seccomp_init(defaultAction) else {
            throw SystemCallError("seccomp_init", errno: .noMemory)
        }
        self.raw = raw
    }

    deinit {
        seccomp_release(raw)
    }

    /// Adds an architecture beside the native one; one that is there already is no error.
    func add(architecture token: UInt32) throws(SystemCallError) {
        let status = seccomp_arch_add(raw, token)
        if status == -EEXIST { return }
        try check("seccomp_arch_add", nil, status)
    }

    /// Adds a rule for a call by its native (or pseudo) number; conditions are joined by "and".
    ///
    /// - Parameter name: for errors.
    func add(
        action: UInt32, call: Int32, name: String, conditions: [scmp_arg_cmp]
    ) throws(SystemCallError) {
        let status = seccomp_rule_add_array(raw, action, call, UInt32(conditions.count), conditions)
        // The profile says the same twice.
        if status == -EEXIST { return }
        try check("seccomp_rule_add_array", name, status)
    }

    /// The program, as the kernel takes it.
    func export() throws(SystemCallError) -> [sock_filter] {
        // A balanced tree by call number: the kernel runs the filter for every call number when it is installed,
        // which takes several times as long over a list.
        try check("seccomp_attr_set", nil, seccomp_attr_set(raw, SCMP_FLTATR_CTL_OPTIMIZE, 2))
        let file = OwnedFileDescriptor(owning: try systemCall("memfd_create") { martlet_seccomp_scratch() })
        try check("seccomp_export_bpf", nil, seccomp_export_bpf(raw, file.raw))
        let size = try systemCall("lseek") { lseek(file.raw, 0, SEEK_END) }
        let count = Int(size) / MemoryLayout<sock_filter>.stride
        var program = [sock_filter](repeating: sock_filter(), count: count)
        let got = try systemCall("pread") {
            program.withUnsafeMutableBytes { pread(file.raw, $0.baseAddress, $0.count, 0) }
        }
        guard got == size else { throw SystemCallError("pread", "the compiled filter", errno: .ioError) }
        return program
    }

    /// libseccomp answers a negative errno.
    private func check(_ call: String, _ subject: String?, _ status: Int32) throws(SystemCallError) {
        guard status < 0 else { return }
        throw SystemCallError(call, subject, errno: Errno(rawValue: -status))
    }
}
