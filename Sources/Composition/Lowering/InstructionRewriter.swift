/// Copies instructions, with other indices (WebAssembly core specification 5.4). It knows those of the language's version
/// 3.0, without exceptions, garbage collection and typed references to functions, and with the atomics of the threads
/// proposal.
struct InstructionRewriter {
    let map: IndexMap
    private(set) var output = BinaryWriter()
    /// The functions that code refers to without a call.
    private(set) var referred: Set<UInt32> = []
    /// From where on the input has not been copied.
    private var copied = 0

    init(_ map: IndexMap) {
        self.map = map
    }

    /// The body of a function: locals and instructions.
    mutating func body(_ reader: inout BinaryReader) throws(CompositionError) -> [UInt8] {
        output.clear()
        copied = reader.offset
        for _ in 0..<(try reader.count()) {
            _ = try reader.number()
            _ = try reader.valueType()
        }
        while !reader.isAtEnd { try instruction(&reader) }
        flush(reader, upTo: reader.offset)
        return output.bytes
    }

    private mutating func flush(_ reader: BinaryReader, upTo offset: Int) {
        output.append(reader.bytes(in: copied..<offset))
    }

    /// Puts another number in the place of what was read since then.
    private mutating func put(_ number: UInt32, _ reader: BinaryReader, since start: Int) {
        flush(reader, upTo: start)
        output.number(number)
        copied = reader.offset
    }

    private mutating func index(
        _ reader: inout BinaryReader, _ space: IndexMap.Space
    ) throws(CompositionError) {
        let start = reader.offset
        put(try space(try reader.number()), reader, since: start)
    }

    // MARK: Instructions

    private mutating func instruction(_ reader: inout BinaryReader) throws(CompositionError) {
        let code = try reader.byte()
        switch code {
        // unreachable, nop, else, end, return, drop, select; numbers, comparisons and conversions.
        case 0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0x45...0xc4: break
        case 0x02, 0x03, 0x04: try blockType(&reader)
        // br, br_if; local.get, local.set, local.tee.
        case 0x0c, 0x0d, 0x20...0x22: _ = try reader.number()
        // br_table.
        case 0x0e: for _ in 0...(try reader.count()) { _ = try reader.number() }
        // call, return_call; ref.func.
        case 0x10, 0x12: try index(&reader, map.functions)
        case 0xd2:
            var start = reader
            referred.insert(try map.functions(try start.number()))
            try index(&reader, map.functions)
        // call_indirect, return_call_indirect.
        case 0x11, 0x13:
            let start = reader.offset
            put(try map.type(try reader.number()), reader, since: start)
            try index(&reader, map.tables)
        // select with types.
        case 0x1c: _ = try reader.valueTypes()
        case 0x23, 0x24: try index(&reader, map.globals)
        case 0x25, 0x26: try index(&reader, map.tables)
        case 0x28...0x3e: try place(&reader)
        // memory.size, memory.grow.
        case 0x3f, 0x40: try index(&reader, map.memories)
        case 0x41...0x44, 0xd0: try reader.constant(code)
        // ref.is_null.
        case 0xd1: break
        case 0xfc: try bulk(&reader)
        case 0xfd: try vector(&reader)
        case 0xfe: try atomic(&reader)
        default: throw reader.malformed("the instruction \(code) is not known")
        }
    }

    private mutating func blockType(_ reader: inout BinaryReader) throws(CompositionError) {
        let first = try reader.peek()
        // A type of values, or none, is one byte that is a negative number.
        if first & 0xc0 == 0x40 {
            _ = try reader.byte()
            guard first == 0x40 || CoreFunctionType.isKnown(first) else {
                throw reader.malformed("a type of a block that is not known")
            }
            return
        }
        flush(reader, upTo: reader.offset)
        guard let index = UInt32(exactly: try reader.signedNumber()) else {
            throw reader.malformed("a type of a block that is not known")
        }
        output.signedNumber(try map.type(index))
        copied = reader.offset
    }

    /// Alignment, memory and offset.
    private mutating func place(_ reader: inout BinaryReader) throws(CompositionError) {
        flush(reader, upTo: reader.offset)
        let flags = try reader.number()
        guard flags < 0x80 else { throw reader.malformed("flags that are not known") }
        let memory = try map.memories(flags & 0x40 != 0 ? try reader.number() : 0)
        output.number(flags & 0x3f | (memory == 0 ? 0 : 0x40))
        if memory != 0 { output.number(memory) }
        copied = reader.offset
        _ = try reader.number()
    }

    private mutating func bulk(_ reader: inout BinaryReader) throws(CompositionError) {
        let code = try reader.number()
        switch code {
        // Conversions that saturate.
        case 0...7: break
        // memory.init, data.drop.
        case 8:
            try index(&reader, map.data)
            try index(&reader, map.memories)
        case 9: try index(&reader, map.data)
        // memory.copy, memory.fill.
        case 10:
            try index(&reader, map.memories)
            try index(&reader, map.memories)
        case 11: try index(&reader, map.memories)
        // table.init, elem.drop.
        case 12:
            try index(&reader, map.elements)
            try index(&reader, map.tables)
        case 13: try index(&reader, map.elements)
        // table.copy; table.grow, table.size, table.fill.
        case 14:
            try index(&reader, map.tables)
            try index(&reader, map.tables)
        case 15...17: try index(&reader, map.tables)
        default: throw reader.malformed("the instruction 252 \(code) is not known")
        }
    }

    private mutating func vector(_ reader: inout BinaryReader) throws(CompositionError) {
        let code = try reader.number()
        switch code {
        // Loads and stores.
        case 0...11, 92, 93: try place(&reader)
        // v128.const, i8x16.shuffle.
        case 12, 13: try reader.skip(16)
        // Lanes.
        case 21...34: _ = try reader.byte()
        case 84...91:
            try place(&reader)
            _ = try reader.byte()
        // Of these, the last are relaxed.
        case 14...20, 35...83, 94...255, 256...275: break
        default: throw reader.malformed("the instruction 253 \(code) is not known")
        }
    }

    private mutating func atomic(_ reader: inout BinaryReader) throws(CompositionError) {
        let code = try reader.number()
        switch code {
        case 0...2, 16...78: try place(&reader)
        // atomic.fence.
        case 3: _ = try reader.byte()
        default: throw reader.malformed("the instruction 254 \(code) is not known")
        }
    }
}

extension BinaryReader {
    /// What follows the code of a constant, which has no index: of a number, or of no reference.
    mutating func constant(_ code: UInt8) throws(CompositionError) {
        switch code {
        case 0x41: try skipNumber(longest: 5)
        case 0x42: try skipNumber(longest: 10)
        case 0x43: try skip(4)
        case 0x44: try skip(8)
        case 0xd0: _ = try valueType()
        default: throw malformed("the instruction \(code) is no constant")
        }
    }

    private mutating func skipNumber(longest: Int) throws(CompositionError) {
        for _ in 0..<longest where try byte() & 0x80 == 0 { return }
        throw malformed("a number is too long")
    }
}
