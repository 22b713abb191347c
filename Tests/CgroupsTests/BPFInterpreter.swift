@testable import Cgroups

/// Runs a device program as the kernel would, one instruction at a time; traps on anything the kernel would refuse.
struct BPFInterpreter {
    let program: [BPFInstruction]

    /// - Returns: r0: 1 is allowed.
    func run(kind: UInt32, access: UInt32, major: UInt32, minor: UInt32) -> UInt64 {
        let context: [Int16: UInt32] = [0: access << 16 | kind, 4: major, 8: minor]
        var registers: [UInt64?] = Array(repeating: nil, count: 11)
        var counter = 0
        while true {
            let instruction = program[counter]
            let to = Int(instruction.registers & 0xf)
            let from = Int(instruction.registers >> 4)
            let value = UInt64(bitPattern: Int64(instruction.immediate))
            func read(_ register: Int) -> UInt64 {
                guard let value = registers[register] else { fatalError("r\(register) is read before it is set") }
                return value
            }
            counter += 1
            switch instruction.opcode {
            case 0x61:
                guard from == 1, let word = context[instruction.offset] else {
                    fatalError("a load outside the context")
                }
                registers[to] = UInt64(word)
            case 0xbf: registers[to] = read(from)
            case 0xb7: registers[to] = value
            case 0x57: registers[to] = read(to) & value
            case 0x77: registers[to] = read(to) >> value
            case 0x55: if read(to) != value { counter += Int(instruction.offset) }
            case 0x45: if read(to) & value != 0 { counter += Int(instruction.offset) }
            case 0x05: counter += Int(instruction.offset)
            case 0x95: return read(0)
            default: fatalError("opcode \(instruction.opcode)")
            }
        }
    }
}
