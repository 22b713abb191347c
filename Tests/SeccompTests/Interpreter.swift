import CLinux

/// A call as a filter sees it (`struct seccomp_data`).
struct Call {
    /// AUDIT_ARCH_….
    var architecture: UInt32
    var number: UInt32
    var arguments: [UInt64] = []

    static let x86_64: UInt32 = 0xc000_003e
    static let x86: UInt32 = 0x4000_0003
    static let aarch64: UInt32 = 0xc000_00b7

    /// Little-endian, as the architectures above are.
    fileprivate func word(at offset: UInt32) -> UInt32? {
        switch offset {
        case 0: return number
        case 4: return architecture
        case 16..<64 where offset % 4 == 0:
            let index = Int(offset - 16) / 8
            let value = index < arguments.count ? arguments[index] : 0
            return UInt32(truncatingIfNeeded: offset % 8 == 0 ? value : value >> 32)
        default: return nil
        }
    }
}

/// What a program says of a call, by the definition of classic BPF; nil for a program that is not well-formed.
func verdict(_ program: [sock_filter], on call: Call) -> UInt32? {
    var accumulator: UInt32 = 0
    var index = 0
    while index < program.count {
        let next = program[index]
        index += 1
        switch next.code {
        case 0x20:
            guard let word = call.word(at: next.k) else { return nil }
            accumulator = word
        case 0x54: accumulator &= next.k
        case 0x06: return next.k
        case 0x05: index += Int(next.k)
        case 0x15: index += Int(accumulator == next.k ? next.jt : next.jf)
        case 0x25: index += Int(accumulator > next.k ? next.jt : next.jf)
        case 0x35: index += Int(accumulator >= next.k ? next.jt : next.jf)
        case 0x45: index += Int(accumulator & next.k != 0 ? next.jt : next.jf)
        default: return nil
        }
    }
    return nil
}
