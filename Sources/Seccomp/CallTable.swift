internal import CLinux
internal import CSeccomp
internal import OCISpec

/// What is done with a call.
enum Verdict: Hashable {
    case always(UInt32)
    /// The first alternative whose conditions all hold decides, else the last value.
    case tested([Alternative], otherwise: UInt32)

    struct Alternative: Hashable {
        var conditions: [Condition]
        var answer: UInt32
    }

    /// Instructions that end in an answer on every way.
    func code(wide: Bool) -> [sock_filter] {
        switch self {
        case .always(let value): return [.answer(value)]
        case .tested(let alternatives, let otherwise):
            var code: [sock_filter] = [.answer(otherwise)]
            for alternative in alternatives.reversed() {
                var test: [sock_filter] = [.answer(alternative.answer)]
                for condition in alternative.conditions.reversed() {
                    test = condition.code(failure: UInt8(test.count), wide: wide) + test
                }
                code = test + code
            }
            return code
        }
    }
}

/// The calls of one architecture that a profile says something of, by number.
struct CallTable {
    private(set) var verdicts: [UInt32: Verdict] = [:]
    /// The largest number among all the names of the profile, whatever it says of them; nil for none.
    private(set) var last: UInt32?

    init(_ plan: ProfilePlan, for architecture: SeccompArchitecture) {
        let token = architecture.token
        for rule in plan.rules {
            for name in rule.names {
                let number = seccomp_syscall_resolve_name_arch(token, name)
                if number >= 0 { last = max(last ?? 0, UInt32(number)) }
                if rule.answer == plan.defaultAnswer { continue }
                if number >= 0 {
                    add(rule, UInt32(number), plan.defaultAnswer)
                } else if architecture == .x86, let call = MultiplexedCall(pseudoNumber: number) {
                    add(rule, through: call, plan.defaultAnswer)
                }
                // Else the architecture has no such call, or nobody knows the name.
            }
        }
    }

    /// A rule without conditions counts for more than any with some, and the first of its kind for more than others.
    private mutating func add(_ rule: ProfilePlan.Rule, _ number: UInt32, _ otherwise: UInt32) {
        for conditions in rule.alternatives {
            var before: [Verdict.Alternative] = []
            switch verdicts[number] {
            case .always: return
            case .tested(let alternatives, _): before = alternatives
            case nil: break
            }
            verdicts[number] =
                conditions.isEmpty
                ? .always(rule.answer)
                : .tested(before + [.init(conditions: conditions, answer: rule.answer)], otherwise: otherwise)
        }
    }

    /// A call of x86 that has a number of its own and is a function of `socketcall` or `ipc` too. The latter's
    /// arguments are in memory, where a filter can't look: a rule with conditions is for the former only.
    private mutating func add(_ rule: ProfilePlan.Rule, through call: MultiplexedCall, _ otherwise: UInt32) {
        if let direct = call.direct { add(rule, direct, otherwise) }
        guard rule.alternatives == [[]] else { return }
        let function = Condition(argument: 0, comparison: .equal, value: UInt64(call.function), valueTwo: 0)
        add(ProfilePlan.Rule(names: [], answer: rule.answer, alternatives: [[function]]), call.multiplexer, otherwise)
    }
}

/// A function of x86's `socketcall` (linux/net.h) or `ipc` (linux/ipc.h).
struct MultiplexedCall {
    let multiplexer: UInt32
    let function: UInt32
    /// The call of its own that Linux 4.3 (sockets) and 5.1 (ipc) brought.
    let direct: UInt32?

    /// - Parameter pseudoNumber: of libseccomp: -100 and below for sockets, -200 and below for ipc.
    init?(pseudoNumber number: Int32) {
        switch number {
        case -120 ... -101:
            multiplexer = 102
            function = UInt32(-100 - number)
            direct = Self.sockets[Int(function) - 1]
        case -224 ... -201:
            multiplexer = 117
            function = UInt32(-200 - number)
            direct = Self.ipc[function]
        default: return nil
        }
    }

    /// socket, bind, connect, listen, accept, getsockname, getpeername, socketpair, send, recv, sendto, recvfrom,
    /// shutdown, setsockopt, getsockopt, sendmsg, recvmsg, accept4, recvmmsg, sendmmsg.
    private static let sockets: [UInt32?] = [
        359, 361, 362, 363, nil, 367, 368, 360, nil, nil, 369, 371, 373, 366, 365, 370, 372, 364, 337, 345,
    ]

    /// semget, semctl, msgsnd, msgrcv, msgget, msgctl, shmat, shmdt, shmget, shmctl; semop and semtimedop have none.
    private static let ipc: [UInt32: UInt32] = [
        2: 393, 3: 394, 11: 400, 12: 401, 13: 399, 14: 402, 21: 397, 22: 398, 23: 395, 24: 396,
    ]
}
