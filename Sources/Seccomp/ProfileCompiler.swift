internal import LinuxSystem
package import OCISpec

extension SeccompFilter {
    /// The most that `errnoRet` can be: libseccomp and the kernel keep 4095 for themselves.
    static let largestErrno: UInt32 = 4094
    /// BPF_MAXINSNS of the kernel.
    private static let longestProgram = 4096

    /// Compiles a profile of the specification (config-linux.md, "Seccomp").
    ///
    /// As runc does: calls whose names libseccomp does not know are passed over; a rule that says what the default
    /// says is left out; conditions of one rule on the same argument become rules of their own; a rule without
    /// conditions counts for more than any with some; absent flags mean SPEC_ALLOW; calls newer than all that the
    /// profile names get ENOSYS. Of rules with conditions that hold at once, the first counts.
    ///
    /// - Parameters:
    ///   - field: where the profile is in its document.
    ///   - file: the document.
    /// - Returns: nil for a profile without default action and rules, which is no profile.
    /// - Throws: `SpecError` that names the field.
    package static func compile(
        _ profile: SeccompProfile, field: String = "linux.seccomp", file: String? = nil
    ) throws(SpecError) -> SeccompFilter? {
        if profile.defaultAction.isEmpty && (profile.syscalls ?? []).isEmpty { return nil }
        let plan = try ProfileReader(field: field, file: file).read(profile)
        let program = Assembler(plan).program()
        guard program.count <= longestProgram else {
            throw SpecError(
                .unsupported, field: "\(field).syscalls",
                "found rules that make a filter of \(program.count) instructions; the kernel takes \(longestProgram)",
                file: file)
        }
        return SeccompFilter(program: program, flags: plan.flags)
    }

    /// A built-in profile for the native architecture; a call of another one kills the thread.
    package static func builtIn(
        _ profile: BuiltInProfile, denial: BuiltInProfile.Denial = .errno
    ) throws(SpecError) -> SeccompFilter {
        if let program = PrecompiledProgram.of(profile, denial: denial) {
            return SeccompFilter(program: program, flags: 0)
        }
        return try compileBuiltIn(profile, denial: denial)
    }

    /// Compiles a built-in profile, also where `PrecompiledProgram` has it.
    package static func compileBuiltIn(
        _ profile: BuiltInProfile, denial: BuiltInProfile.Denial
    ) throws(SpecError) -> SeccompFilter {
        let plan = try ProfileReader(field: "built-in profile", file: nil).read(profile.profile(denial: denial))
        return SeccompFilter(program: Assembler(plan).program(), flags: plan.flags)
    }
}

/// A profile, checked.
struct ProfilePlan {
    struct Rule {
        var names: [String]
        /// SECCOMP_RET_….
        var answer: UInt32
        /// Each is a rule of its own; one without conditions when the call is matched whatever its arguments.
        var alternatives: [[Condition]]
    }

    var defaultAnswer: UInt32
    /// Whether the default lets calls pass that the profile does not name, or says ENOSYS to them anyway.
    var passesUnknown: Bool
    var architectures: [SeccompArchitecture]
    /// SECCOMP_FILTER_FLAG_….
    var flags: UInt32
    var rules: [Rule]
}
