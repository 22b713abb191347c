import OCISpec
import Testing

@testable import Cgroups

@Suite struct DeviceProgramTests {
    private func allows(
        _ rules: [DeviceRule]?, _ kind: Character, _ major: UInt32, _ minor: UInt32, _ access: String
    ) throws -> Bool {
        let program = DeviceProgram(try DevicePolicy(rules)).instructions
        var bits: UInt32 = 0
        for letter in access { bits |= letter == "m" ? 1 : letter == "r" ? 2 : 4 }
        let answer = BPFInterpreter(program: program)
            .run(kind: kind == "b" ? 1 : 2, access: bits, major: major, minor: minor)
        return answer == 1
    }

    @Test func theInstructionsAreThoseOfTheKernelsFormat() throws {
        #expect(BPFInstruction.load32(.r4, from: .r1, offset: 4).encoded == 0x0000_0000_0004_1461)
        #expect(BPFInstruction.move(.r3, .r2).encoded == 0x0000_0000_0000_23bf)
        #expect(BPFInstruction.and(.r2, 0xffff).encoded == 0x0000_ffff_0000_0257)
        #expect(BPFInstruction.shiftRight(.r3, 16).encoded == 0x0000_0010_0000_0377)
        #expect(BPFInstruction.skipUnlessEqual(.r4, 10, 3).encoded == 0x0000_000a_0003_0455)
        #expect(BPFInstruction.skipIfAnySet(.r3, 4, 1).encoded == 0x0000_0004_0001_0345)
        #expect(BPFInstruction.skip(2).encoded == 0x0000_0000_0002_0005)
        #expect(BPFInstruction.set(.r0, 1).encoded == 0x0000_0001_0000_00b7)
        #expect(BPFInstruction.exit.encoded == 0x95)
    }

    @Test func aPolicyThatAllowsAllAndDeniesOneDeviceIsAShortProgram() throws {
        let rules = [
            DeviceRule(allow: true), DeviceRule(allow: false, type: "b", major: 8, minor: 1, access: "w"),
        ]
        let program = DeviceProgram(try DevicePolicy(rules)).instructions
        // Before the last two come the denial (if block, major 8, minor 1: if any of w is left, 0) and, before it in
        // the order of running, the common devices.
        #expect(
            Array(program.suffix(9)) == [
                .skipUnlessEqual(.r2, 1, 6), .skipUnlessEqual(.r4, 8, 5), .skipUnlessEqual(.r5, 1, 4),
                .skipIfAnySet(.r3, 4, 1), .skip(2), .set(.r0, 0), .exit, .set(.r0, 1), .exit,
            ])
    }

    @Test func theCommonDevicesAreAllowedAndOthersAreNot() throws {
        #expect(try allows(nil, "c", 1, 3, "rw"))
        #expect(try allows(nil, "c", 136, 9, "rwm"))
        #expect(try allows(nil, "b", 8, 0, "m"), "any node may be made")
        #expect(try !allows(nil, "b", 8, 0, "r"))
        #expect(try !allows(nil, "c", 5, 1, "rw"), "the machine's console")
        #expect(try !allows(nil, "b", 1, 3, "r"), "a block device with the number of a common character device")
    }

    @Test func theLastRuleThatMatchesDecides() throws {
        let rules = [
            DeviceRule(allow: false), DeviceRule(allow: true, type: "b", major: 8, access: "rwm"),
            DeviceRule(allow: false, type: "b", major: 8, minor: 1, access: "w"),
        ]
        #expect(try allows(rules, "b", 8, 0, "rw"))
        #expect(try allows(rules, "b", 8, 1, "r"))
        #expect(try !allows(rules, "b", 8, 1, "rw"))
    }

    @Test func accessesMayBeAllowedByDifferentRules() throws {
        let rules = [
            DeviceRule(allow: true, type: "c", major: 10, minor: 200, access: "r"),
            DeviceRule(allow: true, type: "c", major: 10, access: "w"),
        ]
        #expect(try allows(rules, "c", 10, 200, "rw"))
        #expect(try !allows(rules, "c", 10, 201, "rw"))
        #expect(try allows(rules, "c", 10, 201, "w"))
    }

    /// Every small policy against the definition: each access by the last rule that says something about it.
    @Test func theProgramAgreesWithTheDefinition() throws {
        var generator = Numbers(state: 42)
        for _ in 0..<300 {
            let rules = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                DeviceRule(
                    allow: .random(using: &generator), type: ["a", "b", "c"].randomElement(using: &generator),
                    major: [nil, 1, 8].randomElement(using: &generator) ?? nil,
                    minor: [nil, 0, 3].randomElement(using: &generator) ?? nil,
                    access: ["r", "w", "rw", "rwm", "m"].randomElement(using: &generator))
            }
            let policy = try DevicePolicy(rules)
            for kind: Character in ["b", "c"] {
                for (major, minor) in [(1, 0), (1, 3), (8, 0), (8, 9), (77, 7)] as [(Int32, Int32)] {
                    for access in ["r", "w", "m", "rw", "rwm"] {
                        let expected = access.allSatisfy { letter in
                            let wanted: DevicePolicy.Permissions =
                                letter == "m" ? .mknod : letter == "r" ? .read : .write
                            let device = DevicePolicy.Selector(
                                kind: kind == "b" ? .block : .character, major: major, minor: minor)
                            let rule = policy.rules.last {
                                $0.permissions.contains(wanted) && $0.selector.covers(device)
                            }
                            return rule?.allow ?? policy.allowsByDefault
                        }
                        let found = try allows(rules, kind, UInt32(major), UInt32(minor), access)
                        #expect(found == expected, "\(rules) \(kind) \(major):\(minor) \(access)")
                    }
                }
            }
        }
    }
}

/// The same numbers in every run.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 31)
    }
}
