internal import CLinux
internal import CSeccomp
internal import Glibc
internal import OCISpec

/// Puts a filter's program together: by architecture, then by a search tree over the call numbers.
///
/// Not libseccomp's generator: with the profile that container engines have as their default it takes 20 ms (each
/// rule copies all before it, for each architecture), and its program is three times as long. Numbers of calls and
/// architectures are libseccomp's; tests hold the programs against those that it makes.
///
/// A C library tries a new call and falls back to an old one at ENOSYS, but not at the EPERM that most profiles have
/// as their default. So where the default lets nothing pass, calls above all that the profile names on that
/// architecture answer ENOSYS. (runc does the same.)
struct Assembler {
    private let plan: ProfilePlan

    init(_ plan: ProfilePlan) { self.plan = plan }

    /// The whole program; it may be longer than the kernel takes.
    func program() -> [sock_filter] {
        let native = seccomp_arch_native()
        // What this machine's kernel can run; other architectures of a profile make no calls here.
        let present = SeccompArchitecture.allCases.filter { architecture in
            architecture.token == native
                || plan.architectures.contains(architecture) && architecture.runs(beside: native)
        }
        // The same one to the kernel, told from each other by a bit of the number.
        let sections = present.filter { $0 != .x32 }.map { architecture in
            let ranges =
                architecture == .x86_64
                ? x86_64Ranges(with: present.contains(.x32)) : self.ranges(of: architecture, from: 0)
            return (architecture.token, [.load(CallData.number)] + tree(ranges[...], wide: architecture.isWide))
        }
        var code: [sock_filter] = [.answer(SeccompAction.killThread.returnValue(errno: 0))]
        for (token, section) in sections.reversed() {
            code = [.ifEqual(token, over: 1), .jump(over: section.count)] + section + code
        }
        return [.load(CallData.architecture)] + code
    }

    /// From a call number on, up to the next range.
    private struct Range {
        var start: UInt32
        var verdict: Verdict
        /// Only for x32, whose arguments are looked at as 32 bits among calls whose are not.
        var isNarrow = false
    }

    private func ranges(of architecture: SeccompArchitecture, from start: UInt32) -> [Range] {
        let table = CallTable(plan, for: architecture)
        let otherwise = Verdict.always(plan.defaultAnswer)
        var ranges = [Range(start: start, verdict: otherwise)]
        func append(_ number: UInt32, _ verdict: Verdict) {
            if ranges[ranges.count - 1].start == number { ranges.removeLast() }
            if ranges.last?.verdict != verdict { ranges.append(Range(start: number, verdict: verdict)) }
        }
        for (number, verdict) in table.verdicts.sorted(by: { $0.key < $1.key }) {
            append(number, verdict)
            append(number + 1, otherwise)
        }
        if let last = table.last, !plan.passesUnknown {
            // Numbers above it that have a verdict are second numbers of x86's multiplexed calls.
            let lacking = Verdict.always(SeccompAction.errno.returnValue(errno: UInt32(ENOSYS)))
            let highest = table.verdicts.keys.max().map { max($0, last) } ?? last
            append(highest + 1, lacking)
        }
        return ranges
    }

    private func x86_64Ranges(with x32: Bool) -> [Range] {
        let bit: UInt32 = 1 << 30
        let foreign = Range(start: bit, verdict: .always(SeccompAction.killThread.returnValue(errno: 0)))
        var upper = x32 ? ranges(of: .x32, from: bit) : [foreign]
        for index in upper.indices { upper[index].isNarrow = true }
        // A call that a tracer has struck out.
        return ranges(of: .x86_64, from: 0) + upper + [Range(start: .max, verdict: .always(plan.defaultAnswer))]
    }

    /// Every way through it ends in an answer, so that no way need join another.
    private func tree(_ ranges: ArraySlice<Range>, wide: Bool) -> [sock_filter] {
        guard ranges.count > 1 else {
            return ranges.flatMap { $0.verdict.code(wide: wide && !$0.isNarrow) }
        }
        let middle = ranges.startIndex + ranges.count / 2
        let below = tree(ranges[..<middle], wide: wide)
        let above = tree(ranges[middle...], wide: wide)
        let start = ranges[middle].start
        if below.count <= UInt8.max {
            return [.ifNotLess(start, over: UInt8(below.count))] + below + above
        }
        return [.ifNotLess(start, else: 1), .jump(over: below.count)] + below + above
    }
}

extension SeccompArchitecture {
    /// Whether arguments have 64 bits.
    fileprivate var isWide: Bool {
        switch self {
        case .x86, .x32, .arm, .mips, .mips64n32, .mipsel, .mipsel64n32, .ppc, .s390, .parisc: false
        case .x86_64, .aarch64, .mips64, .mipsel64, .ppc64, .ppc64le, .s390x, .parisc64, .riscv64: true
        }
    }

    /// Whether a kernel of the architecture `native` runs this one's programs too.
    fileprivate func runs(beside native: UInt32) -> Bool {
        switch self {
        case .x86, .x32: native == SeccompArchitecture.x86_64.token
        case .arm: native == SeccompArchitecture.aarch64.token
        default: false
        }
    }
}
