import CLinux
import CSeccomp
import Glibc
import OCISpec
import Testing

/// The program that libseccomp makes of a profile, in the way of runc but without its ENOSYS.
func libraryProgram(_ profile: SeccompProfile) throws -> [sock_filter] {
    func value(_ action: String, _ code: UInt32?) throws -> UInt32 {
        let values: [String: UInt32] = [
            "SCMP_ACT_ALLOW": 0x7fff_0000, "SCMP_ACT_LOG": 0x7ffc_0000, "SCMP_ACT_TRAP": 0x0003_0000,
            "SCMP_ACT_KILL_PROCESS": 0x8000_0000, "SCMP_ACT_ERRNO": 0x0005_0000 | (code ?? 1),
        ]
        return try #require(values[action])
    }
    let operators = [
        "SCMP_CMP_NE": SCMP_CMP_NE, "SCMP_CMP_LT": SCMP_CMP_LT, "SCMP_CMP_LE": SCMP_CMP_LE, "SCMP_CMP_EQ": SCMP_CMP_EQ,
        "SCMP_CMP_GE": SCMP_CMP_GE, "SCMP_CMP_GT": SCMP_CMP_GT, "SCMP_CMP_MASKED_EQ": SCMP_CMP_MASKED_EQ,
    ]
    let fallback = try value(profile.defaultAction, profile.defaultErrnoRet)
    let context = try #require(seccomp_init(fallback))
    defer { seccomp_release(context) }
    for name in profile.architectures ?? [] {
        let token = seccomp_arch_resolve_name(String(name.dropFirst("SCMP_ARCH_".count)).lowercased())
        let status = seccomp_arch_add(context, token)
        try #require(status == 0 || status == -EEXIST)
    }
    for rule in profile.syscalls ?? [] {
        let action = try value(rule.action, rule.errnoRet)
        if action == fallback { continue }
        let conditions = try (rule.args ?? []).map {
            scmp_arg_cmp(
                arg: $0.index, op: try #require(operators[$0.op]), datum_a: $0.value, datum_b: $0.valueTwo ?? 0)
        }
        let repeats = Set(conditions.map(\.arg)).count < conditions.count
        for name in rule.names {
            let call = seccomp_syscall_resolve_name(name)
            if call == -1 { continue }
            for part in repeats ? conditions.map({ [$0] }) : [conditions] {
                let status = seccomp_rule_add_array(context, action, call, UInt32(part.count), part)
                try #require(status == 0 || status == -EEXIST, "\(name): \(status)")
            }
        }
    }
    let file = martlet_memfd_create("oracle")
    try #require(file >= 0)
    defer { close(file) }
    try #require(seccomp_export_bpf(context, file) == 0)
    let count = Int(lseek(file, 0, SEEK_END)) / MemoryLayout<sock_filter>.stride
    var program = [sock_filter](repeating: sock_filter(), count: count)
    let got = program.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
    try #require(got == count * MemoryLayout<sock_filter>.stride)
    return program
}
