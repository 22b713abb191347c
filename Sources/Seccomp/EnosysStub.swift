internal import CLinux
internal import CSeccomp
internal import Glibc
internal import OCISpec

/// What goes before a filter so that calls newer than its profile answer ENOSYS.
///
/// A C library tries a new call and falls back to an old one at ENOSYS, but not at the EPERM that most profiles
/// have as their default. A call is newer when its number is above all that the profile names on that architecture.
/// (runc does the same.)
struct EnosysStub {
    let program: [sock_filter]

    /// - Parameters:
    ///   - architectures: those of the profile; the native one is always among them.
    ///   - names: all calls that the profile names, whatever it says of them.
    init(architectures: [SeccompArchitecture], names: [String]) {
        var tokens = [seccomp_arch_native()]
        for architecture in architectures where !tokens.contains(architecture.token) {
            tokens.append(architecture.token)
        }
        let blocks = tokens.compactMap { token -> [sock_filter]? in
            let last = names.map { seccomp_syscall_resolve_name_arch(token, $0) }.max() ?? unknownCall
            // Negative: libseccomp's numbers for calls that this architecture does not have.
            return last < 0 ? nil : Self.block(token, last: UInt32(last))
        }
        var program: [sock_filter] = []
        for block in blocks.reversed() {
            // A block ends in a jump to the filter, over the blocks behind it.
            program = block + [BPF.jump(over: program.count)] + program
        }
        self.program = program
    }

    /// Returns ENOSYS for calls of `token` above `last`. Jumps over itself and the instruction after it for another
    /// architecture, and goes on to that instruction for this one's other calls.
    private static func block(_ token: UInt32, last: UInt32) -> [sock_filter] {
        let x32Bit: UInt32 = 1 << 30
        let isX32 = token == SeccompArchitecture.x32.token
        let isX86_64 = token == SeccompArchitecture.x86_64.token
        // x32 is x86-64 to the kernel, with a bit in the call's number.
        let audit = isX32 ? SeccompArchitecture.x86_64.token : token
        var tail: [sock_filter] = []
        if isX32 {
            // Not x32: over the rest and the jump to the filter, to the block of x86-64 if there is one.
            tail.append(BPF.jump(ifBitsSet: x32Bit, 0, else: 3))
        } else if isX86_64 {
            tail.append(BPF.jump(ifBitsSet: x32Bit, 3, else: 0))
        }
        tail.append(BPF.jump(ifGreater: last, 0, else: 1))
        tail.append(BPF.returnValue(SeccompAction.errno.returnValue(errno: UInt32(ENOSYS))))
        // Over: the load, the tail, and the jump to the filter.
        let head = [BPF.loadArchitecture, BPF.jump(ifEqual: audit, 0, else: UInt8(tail.count + 2)), BPF.loadCall]
        return head + tail
    }
}

/// The instructions of classic BPF that the stub is made of (linux/bpf_common.h, linux/filter.h).
private enum BPF {
    // Offsets in `struct seccomp_data`.
    static let loadCall = sock_filter(code: 0x20, jt: 0, jf: 0, k: 0)
    static let loadArchitecture = sock_filter(code: 0x20, jt: 0, jf: 0, k: 4)

    static func returnValue(_ value: UInt32) -> sock_filter {
        sock_filter(code: 0x06, jt: 0, jf: 0, k: value)
    }

    static func jump(over count: Int) -> sock_filter {
        sock_filter(code: 0x05, jt: 0, jf: 0, k: UInt32(count))
    }

    static func jump(ifEqual value: UInt32, _ yes: UInt8, else no: UInt8) -> sock_filter {
        sock_filter(code: 0x15, jt: yes, jf: no, k: value)
    }

    static func jump(ifGreater value: UInt32, _ yes: UInt8, else no: UInt8) -> sock_filter {
        sock_filter(code: 0x25, jt: yes, jf: no, k: value)
    }

    static func jump(ifBitsSet bits: UInt32, _ yes: UInt8, else no: UInt8) -> sock_filter {
        sock_filter(code: 0x45, jt: yes, jf: no, k: bits)
    }
}
