/// A policy as a program for version 2: the kernel runs it at every open and mknod of a device.
///
/// The program goes through the rules from the last to the first and keeps in r3 the accesses that no rule has
/// decided yet. A rule that allows takes its accesses out, and what is then empty is allowed; a rule that denies one
/// that is left denies. At the end the default decides. (`struct bpf_cgroup_dev_ctx` in linux/bpf.h)
struct DeviceProgram: Hashable, Sendable {
    let instructions: [BPFInstruction]

    init(_ policy: DevicePolicy) {
        var program: [BPFInstruction] = [
            // access_type: the kind in the low 16 bits, the accesses in the high ones; then major and minor.
            .load32(.r2, from: .r1, offset: 0),
            .move(.r3, .r2),
            .and(.r2, 0xffff),
            .shiftRight(.r3, 16),
            .load32(.r4, from: .r1, offset: 4),
            .load32(.r5, from: .r1, offset: 8),
        ]
        for rule in policy.rules.reversed() { program += Self.block(rule) }
        program += Self.answer(policy.allowsByDefault)
        instructions = program
    }

    private static func block(_ rule: DevicePolicy.Rule) -> [BPFInstruction] {
        var tests: [(BPFInstruction.Register, Int32)] = [(.r2, rule.selector.kind == .block ? 1 : 2)]
        if let major = rule.selector.major { tests.append((.r4, major)) }
        if let minor = rule.selector.minor { tests.append((.r5, minor)) }
        let permissions = Int32(rule.permissions.rawValue)
        var body: [BPFInstruction] = []
        if rule.permissions != .all {
            body =
                rule.allow
                ? [.and(.r3, ~permissions & 7), .skipUnlessEqual(.r3, 0, 2)]
                : [.skipIfAnySet(.r3, permissions, 1), .skip(2)]
        }
        body += answer(rule.allow)
        // Each test skips what is left of the block.
        let heads = tests.enumerated().map { index, test in
            BPFInstruction.skipUnlessEqual(test.0, test.1, Int16(tests.count - 1 - index + body.count))
        }
        return heads + body
    }

    private static func answer(_ allow: Bool) -> [BPFInstruction] { [.set(.r0, allow ? 1 : 0), .exit] }
}
