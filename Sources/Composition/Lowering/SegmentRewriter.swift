/// Copies segments of elements and of data, with other indices (WebAssembly core specification 5.5.12 and 5.5.14).
struct SegmentRewriter {
    let map: IndexMap
    let constants: ConstantRewriter
    /// Whether a function of an instance that was there before has been called. All segments are copied before the first
    /// function is called where modules are merged: it would see what comes to a table or a memory of another module.
    let isLate: Bool

    private func check(isImported: Bool) throws(CompositionError) {
        guard !isLate || !isImported else {
            throw CoreWiring.unsuitable("a segment comes after a function that is called before it")
        }
    }

    func elements(_ reader: inout BinaryReader) throws(CompositionError) -> [UInt8] {
        let flags = try reader.number()
        guard flags < 8 else { throw reader.malformed("elements of an unknown kind") }
        let (isActive, hasExpressions) = (flags & 1 == 0, flags & 4 != 0)
        var segment = BinaryWriter()
        segment.number(isActive ? flags | 2 : flags)
        if isActive {
            let table = flags & 2 != 0 ? try reader.number() : 0
            try check(isImported: map.tables.isImported(table))
            segment.number(try map.tables(table))
            segment.expression(try constants.expression(&reader))
        }
        // What they are is not said in the oldest form.
        var kind: UInt8 = hasExpressions ? 0x70 : 0
        if flags & 3 != 0 { kind = hasExpressions ? try reader.valueType() : try reader.byte() }
        segment.byte(kind)
        let count = try reader.count()
        segment.number(UInt32(count))
        for _ in 0..<count {
            if hasExpressions {
                segment.expression(try constants.expression(&reader))
            } else {
                segment.number(try map.functions(try reader.number()))
            }
        }
        return segment.bytes
    }

    func data(_ reader: inout BinaryReader) throws(CompositionError) -> [UInt8] {
        let flags = try reader.number()
        guard flags < 3 else { throw reader.malformed("data of an unknown kind") }
        var segment = BinaryWriter()
        if flags == 1 {
            segment.number(flags)
        } else {
            let memory = flags == 2 ? try reader.number() : 0
            try check(isImported: map.memories.isImported(memory))
            let index = try map.memories(memory)
            segment.number(index == 0 ? 0 : 2)
            if index != 0 { segment.number(index) }
            segment.expression(try constants.expression(&reader))
        }
        let start = reader.offset
        _ = try reader.range()
        segment.append(reader.bytes(since: start))
        return segment.bytes
    }
}
