internal import CSeccomp
internal import LinuxSystem
package import OCISpec

extension SeccompFilter {
    /// The most that `errnoRet` can be: libseccomp and the kernel keep 4095 for themselves.
    static let largestErrno: UInt32 = 4094

    /// Compiles a profile of the specification (config-linux.md, "Seccomp").
    ///
    /// As runc does: calls whose names libseccomp does not know are passed over; a rule that says what the default
    /// says is left out; conditions of one rule on the same argument become rules of their own; absent flags mean
    /// SPEC_ALLOW; calls newer than all that the profile names get ENOSYS (see `EnosysStub`).
    ///
    /// - Parameters:
    ///   - field: where the profile is in its document.
    ///   - file: the document.
    /// - Returns: nil for a profile without default action and rules, which is no profile.
    /// - Throws: `SpecError` that names the field; `SystemCallError`.
    package static func compile(
        _ profile: SeccompProfile, field: String = "linux.seccomp", file: String? = nil
    ) throws -> SeccompFilter? {
        if profile.defaultAction.isEmpty && (profile.syscalls ?? []).isEmpty { return nil }
        return try compile(try ProfileReader(field: field, file: file).read(profile))
    }

    static func compile(_ plan: ProfilePlan) throws(SystemCallError) -> SeccompFilter {
        let context = try FilterContext(defaultAction: plan.defaultReturn)
        for architecture in plan.architectures { try context.add(architecture: architecture.token) }
        for rule in plan.rules where rule.returnValue != plan.defaultReturn {
            for name in rule.names {
                let call = seccomp_syscall_resolve_name(name)
                if call == unknownCall { continue }
                for conditions in rule.alternatives {
                    try context.add(action: rule.returnValue, call: call, name: name, conditions: conditions)
                }
            }
        }
        var program = try context.export()
        if !plan.passesUnknown {
            program =
                EnosysStub(architectures: plan.architectures, names: plan.rules.flatMap(\.names)).program + program
        }
        return SeccompFilter(program: program, flags: plan.flags)
    }
}

/// `__NR_SCMP_ERROR`: libseccomp does not know the name.
let unknownCall: Int32 = -1

/// A profile, checked, in the numbers of libseccomp.
struct ProfilePlan {
    struct Rule {
        var names: [String]
        var returnValue: UInt32
        /// Each is a rule of its own; one without conditions when the call is matched whatever its arguments.
        var alternatives: [[scmp_arg_cmp]]
    }

    var defaultReturn: UInt32
    /// Whether the default lets calls pass that the profile does not name, or says ENOSYS to them anyway.
    var passesUnknown: Bool
    var architectures: [SeccompArchitecture]
    var flags: UInt32
    var rules: [Rule]
}
