/// An instruction of the kernel's virtual machine (bpf/instruction-set.rst): the few that device programs need.
struct BPFInstruction: Hashable, Sendable {
    enum Register: UInt8, Sendable {
        case r0, r1, r2, r3, r4, r5
    }

    let opcode: UInt8
    /// The destination in the low four bits, the source in the high four.
    let registers: UInt8
    /// In instructions, from the next one.
    let offset: Int16
    let immediate: Int32

    private init(_ opcode: UInt8, _ to: Register, _ from: Register = .r0, offset: Int16 = 0, immediate: Int32 = 0) {
        self.opcode = opcode
        self.registers = to.rawValue | from.rawValue << 4
        self.offset = offset
        self.immediate = immediate
    }

    /// `to = *(u32 *)(from + offset)`
    static func load32(_ to: Register, from: Register, offset: Int16) -> Self { Self(0x61, to, from, offset: offset) }
    /// `to = from`, all 64 bits
    static func move(_ to: Register, _ from: Register) -> Self { Self(0xbf, to, from) }
    /// `to = value`
    static func set(_ to: Register, _ value: Int32) -> Self { Self(0xb7, to, immediate: value) }
    /// `to &= value`
    static func and(_ to: Register, _ value: Int32) -> Self { Self(0x57, to, immediate: value) }
    /// `to >>= count`
    static func shiftRight(_ to: Register, _ count: Int32) -> Self { Self(0x77, to, immediate: count) }
    /// `if value != to, skip`
    static func skipUnlessEqual(_ to: Register, _ value: Int32, _ skip: Int16) -> Self {
        Self(0x55, to, offset: skip, immediate: value)
    }
    /// `if to & value, skip`
    static func skipIfAnySet(_ to: Register, _ value: Int32, _ skip: Int16) -> Self {
        Self(0x45, to, offset: skip, immediate: value)
    }
    /// `skip`
    static func skip(_ skip: Int16) -> Self { Self(0x05, .r0, offset: skip) }
    /// Ends the program; r0 is the answer.
    static let exit = Self(0x95, .r0)

    /// As `struct bpf_insn` lies in memory on a little-endian machine.
    var encoded: UInt64 {
        UInt64(opcode) | UInt64(registers) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: immediate)) << 32
    }
}
