import OCISpec
import Seccomp
import Testing

/// A profile that is wrong in one place, and what is said of it.
struct WrongProfile: Sendable, CustomTestStringConvertible {
    let field: String
    let message: String
    let profile: SeccompProfile

    var testDescription: String { field }

    init(_ field: String, _ message: String, _ change: (inout SeccompProfile) -> Void) {
        self.field = field
        self.message = message
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ERRNO")
        profile.syscalls = [
            SeccompRule(names: ["read"], action: "SCMP_ACT_ALLOW"),
            SeccompRule(
                names: ["write"], action: "SCMP_ACT_ALLOW",
                args: [SeccompArgument(index: 0, value: 1, op: "SCMP_CMP_EQ")]),
        ]
        change(&profile)
        self.profile = profile
    }

    static let all = [
        WrongProfile("defaultAction", "found SCMP_ACT_DENY; expected one of SCMP_ACT_KILL,") {
            $0.defaultAction = "SCMP_ACT_DENY"
        },
        WrongProfile("defaultAction", "found SCMP_ACT_NOTIFY") { $0.defaultAction = "SCMP_ACT_NOTIFY" },
        WrongProfile("defaultAction", "found an empty string") { $0.defaultAction = "" },
        WrongProfile("defaultErrnoRet", "found 4095; expected 0 to 4094") { $0.defaultErrnoRet = 4095 },
        WrongProfile("defaultErrnoRet", "SCMP_ACT_LOG returns no errno") {
            $0.defaultAction = "SCMP_ACT_LOG"
            $0.defaultErrnoRet = 1
        },
        WrongProfile("architectures[1]", "found amd64; expected one of SCMP_ARCH_X86,") {
            $0.architectures = ["SCMP_ARCH_X86", "amd64"]
        },
        WrongProfile("flags[0]", "found TSYNC; expected one of SECCOMP_FILTER_FLAG_TSYNC,") { $0.flags = ["TSYNC"] },
        WrongProfile("flags[0]", "goes only with a rule of SCMP_ACT_NOTIFY") {
            $0.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]
        },
        WrongProfile("syscalls[1].action", "found ALLOW; expected one of") { $0.syscalls?[1].action = "ALLOW" },
        WrongProfile("syscalls[1].errnoRet", "SCMP_ACT_ALLOW returns no errno") { $0.syscalls?[1].errnoRet = 1 },
        WrongProfile("syscalls[0].names", "found no name") { $0.syscalls?[0].names = [] },
        WrongProfile("syscalls[0].names[1]", "found an empty string") { $0.syscalls?[0].names = ["read", ""] },
        WrongProfile("syscalls[1].args[0].index", "found 6; expected 0 to 5") { $0.syscalls?[1].args?[0].index = 6 },
        WrongProfile("syscalls[1].args[0].op", "found ==; expected one of SCMP_CMP_NE,") {
            $0.syscalls?[1].args?[0].op = "=="
        },
        WrongProfile("syscalls[0].names[0]", "found sendmsg") {
            $0.listenerPath = "/run/agent.sock"
            $0.syscalls?[0] = SeccompRule(names: ["sendmsg"], action: "SCMP_ACT_NOTIFY")
        },
        WrongProfile("listenerPath", "required with SCMP_ACT_NOTIFY") { $0.syscalls?[0].action = "SCMP_ACT_NOTIFY" },
        WrongProfile("listenerPath", "found agent.sock; expected an absolute path") { $0.listenerPath = "agent.sock" },
        WrongProfile("listenerMetadata", "goes only with listenerPath") { $0.listenerMetadata = "x" },
    ]
}

@Suite struct ProfileErrorTests {
    @Test(arguments: WrongProfile.all)
    func theFieldIsNamedWithWhatWasFoundAndWhatWouldBeRight(wrong: WrongProfile) throws {
        let error = try #require(throws: SpecError.self) {
            try SeccompFilter.compile(wrong.profile, file: "config.json")
        }
        #expect(error.field == "linux.seccomp.\(wrong.field)")
        #expect(error.message.contains(wrong.message))
        #expect(error.file == "config.json")
    }
}
