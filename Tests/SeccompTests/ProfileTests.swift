import CLinux
import Glibc
import OCISpec
import Seccomp
import Testing

private let allow: UInt32 = 0x7fff_0000
private func deny(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }

#if arch(x86_64)
    /// What programs say, looked at without the kernel. Call numbers are x86-64's but where named otherwise.
    @Suite struct ProfileTests {
        private func program(
            _ profile: SeccompProfile, _ rules: [SeccompRule], architectures: [String]? = nil
        ) throws -> [sock_filter] {
            var profile = profile
            profile.syscalls = rules
            profile.architectures = architectures
            return try #require(try SeccompFilter.compile(profile)).program
        }

        private func said(_ program: [sock_filter], _ number: UInt32, _ arguments: UInt64...) -> UInt32? {
            verdict(program, on: Call(architecture: Call.x86_64, number: number, arguments: arguments))
        }

        private func rule(
            _ names: String..., action: String = "SCMP_ACT_ALLOW", args: [SeccompArgument]? = nil
        ) -> SeccompRule {
            SeccompRule(names: names, action: action, args: args)
        }

        @Test func everyOperatorComparesAsItsNameSays() throws {
            // The operator, then for the arguments 4, 5 and 6 whether they match 5.
            let expected: [(String, [Bool])] = [
                ("SCMP_CMP_NE", [true, false, true]), ("SCMP_CMP_LT", [true, false, false]),
                ("SCMP_CMP_LE", [true, true, false]), ("SCMP_CMP_EQ", [false, true, false]),
                ("SCMP_CMP_GE", [false, true, true]), ("SCMP_CMP_GT", [false, false, true]),
            ]
            for (name, matches) in expected {
                let program = try program(
                    SeccompProfile(defaultAction: "SCMP_ACT_ERRNO"),
                    [rule("chdir", args: [SeccompArgument(index: 5, value: 5, op: name)])])
                for (value, match) in zip([UInt64(4), 5, 6], matches) {
                    #expect(
                        said(program, 80, 0, 0, 0, 0, 0, value) == (match ? allow : deny(EPERM)), "\(name) \(value)")
                }
            }
        }

        @Test func aMaskIsValueAndTheBitsAreValueTwo() throws {
            let masked = SeccompArgument(index: 0, value: 0x7e02_0000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ")
            let other = SeccompArgument(index: 1, value: 0xff, valueTwo: 0x12, op: "SCMP_CMP_MASKED_EQ")
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ERRNO"), [rule("clone", args: [masked, other])])
            #expect(said(program, 56, 0x11, 0x3412) == allow)
            #expect(said(program, 56, 0x1000_0011, 0x3412) == deny(EPERM))
            #expect(said(program, 56, 0x11, 0x3413) == deny(EPERM))
        }

        @Test func conditionsOnOneArgumentAreAlternatives() throws {
            let values = [UInt64(0), 8, 0xffff_ffff].map { SeccompArgument(index: 0, value: $0, op: "SCMP_CMP_EQ") }
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ERRNO"), [rule("personality", args: values)])
            for value in [UInt64(0), 8, 0xffff_ffff] { #expect(said(program, 135, value) == allow) }
            #expect(said(program, 135, 9) == deny(EPERM))
        }

        @Test func alternativesAreHeldApart() throws {
            let above = SeccompArgument(index: 1, value: 0x1_0000_0000, op: "SCMP_CMP_GT")
            let below = SeccompArgument(index: 1, value: 2, op: "SCMP_CMP_LT")
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ERRNO"), [rule("lseek", args: [above, below])])
            for value in [UInt64(0), 1, 0x1_0000_0001, .max] { #expect(said(program, 8, 0, value) == allow) }
            for value in [UInt64(2), 0x8000_0000, 0x1_0000_0000] {
                #expect(said(program, 8, 0, value) == deny(EPERM))
            }
        }

        @Test func ofRulesWithConditionsTheFirstThatHoldsCounts() throws {
            let low = SeccompArgument(index: 0, value: 10, op: "SCMP_CMP_LT")
            let lower = SeccompArgument(index: 0, value: 5, op: "SCMP_CMP_LT")
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ALLOW"),
                [
                    SeccompRule(names: ["lseek"], action: "SCMP_ACT_ERRNO", errnoRet: 7, args: [low]),
                    SeccompRule(names: ["lseek"], action: "SCMP_ACT_ERRNO", errnoRet: 8, args: [lower]),
                ])
            #expect(said(program, 8, 1) == deny(7))
            #expect(said(program, 8, 10) == allow)
        }

        @Test func aRuleWithoutConditionsCountsForMore() throws {
            let low = SeccompArgument(index: 0, value: 10, op: "SCMP_CMP_LT")
            let rules = [
                SeccompRule(names: ["lseek"], action: "SCMP_ACT_ERRNO", errnoRet: 7, args: [low]),
                SeccompRule(names: ["lseek"], action: "SCMP_ACT_ERRNO", errnoRet: 8),
                SeccompRule(names: ["lseek"], action: "SCMP_ACT_ERRNO", errnoRet: 9),
            ]
            for rules in [rules, [rules[1], rules[2], rules[0]]] {
                let program = try program(SeccompProfile(defaultAction: "SCMP_ACT_ALLOW"), rules)
                #expect(said(program, 8, 1) == deny(8))
                #expect(said(program, 8, 10) == deny(8))
            }
        }

        @Test func socketcallAndIpcAreSeenThrough() throws {
            let tcp = SeccompArgument(index: 0, value: 2, op: "SCMP_CMP_EQ")
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ERRNO"),
                [rule("connect", "shmat"), rule("socket", args: [tcp]), rule("openat2")],
                architectures: ["SCMP_ARCH_X86"])
            func said(_ number: UInt32, _ first: UInt64) -> UInt32? {
                verdict(program, on: Call(architecture: Call.x86, number: number, arguments: [first]))
            }
            #expect(said(362, 9) == allow)
            #expect(said(102, 3) == allow)
            #expect(said(397, 9) == allow)
            #expect(said(117, 21) == allow)
            #expect(said(359, 2) == allow)
            #expect(said(359, 16) == deny(EPERM))
            // socketcall's arguments can't be looked at.
            #expect(said(102, 1) == deny(EPERM))
        }

        @Test func x32IsKilledWhereItIsNotNamed() throws {
            let program = try program(SeccompProfile(defaultAction: "SCMP_ACT_ALLOW"), [rule("read")])
            #expect(said(program, 1 << 30) == 0)
            #expect(said(program, .max - 1) == 0)
            // A tracer has struck the call out.
            #expect(said(program, .max) == allow)
        }

        @Test func aFilterThatIsTooLongForTheKernelIsRefused() throws {
            var profile = SeccompProfile(defaultAction: "SCMP_ACT_ERRNO")
            profile.syscalls = (0..<2000).map {
                rule("lseek", args: [SeccompArgument(index: 1, value: $0, op: "SCMP_CMP_EQ")])
            }
            let error = try #require(throws: SpecError.self) { try SeccompFilter.compile(profile) }
            #expect(error.field == "linux.seccomp.syscalls")
            #expect(error.code == .unsupported)
        }

        @Test func namesThatAreNoCallsArePassedOver() throws {
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ERRNO"), [rule("no_such_call", "chdir"), rule("another")])
            #expect(said(program, 80) == allow)
            #expect(said(program, 79) == deny(EPERM))
        }

        @Test func aRuleThatSaysWhatTheDefaultSaysIsLeftOut() throws {
            var profile = SeccompProfile(defaultAction: "SCMP_ACT_ERRNO")
            profile.defaultErrnoRet = UInt32(EXDEV)
            let program = try program(
                profile,
                [SeccompRule(names: ["chdir"], action: "SCMP_ACT_ERRNO", errnoRet: UInt32(EXDEV)), rule("fchdir")])
            #expect(said(program, 80) == deny(EXDEV))
            #expect(said(program, 81) == allow)
        }

        @Test func callsNewerThanTheProfileAreLacking() throws {
            let program = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_KILL_PROCESS"), [rule("read", "openat2")],
                architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])
            #expect(said(program, 0) == allow)
            #expect(said(program, 436) == 0x8000_0000)
            // openat2 is 437 everywhere.
            #expect(said(program, 437) == allow)
            #expect(said(program, 438) == deny(ENOSYS))
            #expect(verdict(program, on: Call(architecture: Call.x86, number: 438)) == deny(ENOSYS))
            #expect(verdict(program, on: Call(architecture: Call.x86, number: 436)) == 0x8000_0000)
            #expect(verdict(program, on: Call(architecture: Call.x86, number: 437)) == allow)
            let x32: UInt32 = 0x4000_0000
            #expect(said(program, x32 | 437) == allow)
            #expect(said(program, x32 | 436) == 0x8000_0000)
            #expect(said(program, x32 | 438) == deny(ENOSYS))
        }

        @Test func whereTheDefaultPassesNothingIsLacking() throws {
            for action in ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG"] {
                let program = try program(
                    SeccompProfile(defaultAction: action), [rule("read", action: "SCMP_ACT_ERRNO")])
                #expect(said(program, 1) != deny(ENOSYS))
                #expect(said(program, 4000) != deny(ENOSYS))
            }
        }

        @Test func anArchitectureThatIsNotNamedIsKilled() throws {
            let native = try program(SeccompProfile(defaultAction: "SCMP_ACT_ALLOW"), [rule("read")])
            #expect(verdict(native, on: Call(architecture: Call.x86, number: 3)) == 0)
            let both = try program(
                SeccompProfile(defaultAction: "SCMP_ACT_ALLOW"), [rule("read", action: "SCMP_ACT_ERRNO")],
                architectures: ["SCMP_ARCH_X86"])
            #expect(verdict(both, on: Call(architecture: Call.x86, number: 3)) == deny(EPERM))
            #expect(said(both, 0) == deny(EPERM))
        }

        @Test func everyActionHasItsReturnValue() throws {
            let expected: [(String, UInt32)] = [
                ("SCMP_ACT_KILL", 0), ("SCMP_ACT_KILL_THREAD", 0), ("SCMP_ACT_KILL_PROCESS", 0x8000_0000),
                ("SCMP_ACT_TRAP", 0x0003_0000), ("SCMP_ACT_ERRNO", deny(EPERM)), ("SCMP_ACT_TRACE", 0x7ff0_0001),
                ("SCMP_ACT_LOG", 0x7ffc_0000), ("SCMP_ACT_NOTIFY", 0x7fc0_0000),
            ]
            for (name, value) in expected {
                var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                profile.listenerPath = "/run/agent.sock"
                let program = try program(profile, [rule("chdir", action: name)])
                #expect(said(program, 80) == value, "\(name)")
                #expect(said(program, 81) == allow, "\(name)")
            }
        }

        @Test func flagsAreTheKernels() throws {
            var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
            profile.listenerPath = "/run/agent.sock"
            profile.syscalls = [rule("chdir", action: "SCMP_ACT_NOTIFY")]
            profile.flags = SeccompFlag.allCases.map(\.rawValue)
            #expect(try SeccompFilter.compile(profile)?.flags == 0x3f)
            profile.flags = []
            #expect(try SeccompFilter.compile(profile)?.flags == 8)
            profile.flags = nil
            profile.syscalls = []
            #expect(try SeccompFilter.compile(profile)?.flags == 4)
        }

        @Test func anEmptyProfileIsNoFilter() throws {
            #expect(try SeccompFilter.compile(SeccompProfile(defaultAction: "")) == nil)
        }
    }
#endif
