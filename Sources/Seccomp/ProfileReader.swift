internal import CLinux
internal import Glibc
internal import OCISpec

/// Checks a profile and puts it into the kernel's numbers, with errors that name the field.
struct ProfileReader {
    let field: String
    let file: String?

    func read(_ profile: SeccompProfile) throws(SpecError) -> ProfilePlan {
        let action = try named(SeccompAction.self, profile.defaultAction, "defaultAction")
        let code = try errnoValue(profile.defaultErrnoRet, of: action, "defaultErrnoRet")
        if action == .notify {
            throw error(
                .unsupported, "defaultAction",
                "found \(action.rawValue): the process could not hand its listener over; notify single calls instead")
        }
        var rules: [ProfilePlan.Rule] = []
        var notifies = false
        for (index, rule) in (profile.syscalls ?? []).enumerated() {
            let action = try named(SeccompAction.self, rule.action, "syscalls[\(index)].action")
            if action == .notify {
                notifies = true
                try checkNotified(rule, index)
            }
            rules.append(try read(rule, action, "syscalls[\(index)]"))
        }
        try checkListener(profile, notifies: notifies)
        return ProfilePlan(
            defaultAnswer: action.returnValue(errno: code),
            passesUnknown: action.letsPass || (action == .errno && code == UInt32(ENOSYS)),
            architectures: try architectures(profile.architectures ?? []),
            flags: try flags(profile.flags, notifies: notifies), rules: rules)
    }

    private func read(
        _ rule: SeccompRule, _ action: SeccompAction, _ place: String
    ) throws(SpecError) -> ProfilePlan.Rule {
        let code = try errnoValue(rule.errnoRet, of: action, "\(place).errnoRet")
        if rule.names.isEmpty { throw error(.invalid, "\(place).names", "found no name; expected one at least") }
        if let index = rule.names.firstIndex(of: "") {
            throw error(.invalid, "\(place).names[\(index)]", "found an empty string; expected a system call's name")
        }
        var conditions: [Condition] = []
        for (index, argument) in (rule.args ?? []).enumerated() {
            conditions.append(try condition(argument, "\(place).args[\(index)]"))
        }
        // As runc has it, whose library takes one condition for each argument of a rule.
        let repeats = Set(conditions.map(\.argument)).count < conditions.count
        return ProfilePlan.Rule(
            names: rule.names, answer: action.returnValue(errno: code),
            alternatives: repeats ? conditions.map { [$0] } : [conditions])
    }

    private func condition(_ argument: SeccompArgument, _ place: String) throws(SpecError) -> Condition {
        guard argument.index <= 5 else {
            throw error(.invalid, "\(place).index", "found \(argument.index); expected 0 to 5")
        }
        return Condition(
            argument: argument.index, comparison: try named(SeccompOperator.self, argument.op, "\(place).op"),
            value: argument.value, valueTwo: argument.valueTwo ?? 0)
    }

    private func architectures(_ names: [String]) throws(SpecError) -> [SeccompArchitecture] {
        var found: [SeccompArchitecture] = []
        for (index, name) in names.enumerated() {
            found.append(try named(SeccompArchitecture.self, name, "architectures[\(index)]"))
        }
        return found
    }

    private func flags(_ names: [String]?, notifies: Bool) throws(SpecError) -> UInt32 {
        var bits: UInt32 = 0
        for (index, name) in (names ?? []).enumerated() {
            let place = "flags[\(index)]"
            let flag = try named(SeccompFlag.self, name, place)
            if flag == .waitKillableRecv && !notifies {
                throw error(.invalid, place, "found \(name); it goes only with a rule of SCMP_ACT_NOTIFY")
            }
            // Tried with the listener where there must be one; a listener is older than any flag that needs it.
            let tried = flag == .waitKillableRecv ? flag.kernelFlag | KernelFlag.newListener : flag.kernelFlag
            if martlet_seccomp_knows_flags(tried) == 0 {
                throw error(.unsupported, place, "found \(name); this kernel does not know it")
            }
            bits |= flag.kernelFlag
        }
        if names == nil && martlet_seccomp_knows_flags(KernelFlag.specAllow) != 0 { bits |= KernelFlag.specAllow }
        if notifies {
            bits |= KernelFlag.newListener
            if bits & KernelFlag.tsync != 0 { bits |= KernelFlag.tsyncESRCH }
        }
        return bits
    }

    private func errnoValue(_ value: UInt32?, of action: SeccompAction, _ place: String) throws(SpecError) -> UInt32 {
        guard let value else { return UInt32(EPERM) }
        guard action.takesErrno else {
            throw error(
                .invalid, place, "found \(value); \(action.rawValue) returns no errno, expected none here")
        }
        guard value <= SeccompFilter.largestErrno else {
            throw error(.invalid, place, "found \(value); expected 0 to \(SeccompFilter.largestErrno)")
        }
        return value
    }

    /// The listener leaves the process by sendmsg(2): if that waited for the listener's answer, it would wait for ever.
    private func checkNotified(_ rule: SeccompRule, _ index: Int) throws(SpecError) {
        guard let name = rule.names.firstIndex(of: "sendmsg") else { return }
        throw error(
            .unsupported, "syscalls[\(index)].names[\(name)]",
            "found sendmsg with SCMP_ACT_NOTIFY: the process could not hand its listener over")
    }

    private func checkListener(_ profile: SeccompProfile, notifies: Bool) throws(SpecError) {
        let path = profile.listenerPath ?? ""
        if notifies && path.isEmpty {
            throw error(.missing, "listenerPath", "the field is missing; it is required with SCMP_ACT_NOTIFY")
        }
        if !path.isEmpty && !path.hasPrefix("/") {
            throw error(.invalid, "listenerPath", "found \(path); expected an absolute path")
        }
        if path.isEmpty && !(profile.listenerMetadata ?? "").isEmpty {
            throw error(.invalid, "listenerMetadata", "found a value; it goes only with listenerPath")
        }
    }

    private func named<Word: RawRepresentable<String> & CaseIterable>(
        _ type: Word.Type, _ text: String, _ place: String
    ) throws(SpecError) -> Word {
        if let word = Word(rawValue: text) { return word }
        let found = text.isEmpty ? "an empty string" : text
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw error(.invalid, place, "found \(found); expected one of \(known)")
    }

    private func error(_ code: SpecError.Code, _ place: String, _ message: String) -> SpecError {
        SpecError(code, field: "\(field).\(place)", message, file: file)
    }
}
