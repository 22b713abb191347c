/// The type of a core function, whose parameters and results are of types that have no index in them.
struct CoreFunctionType: Hashable {
    let parameters: [UInt8]
    let results: [UInt8]

    init(parameters: [UInt8], results: [UInt8]) {
        self.parameters = parameters
        self.results = results
    }

    init(_ reader: inout BinaryReader) throws(CompositionError) {
        guard try reader.byte() == 0x60 else { throw reader.malformed("a type that is no function's") }
        parameters = try reader.valueTypes()
        results = try reader.valueTypes()
    }

    func write(to writer: inout BinaryWriter) {
        writer.byte(0x60)
        for types in [parameters, results] {
            writer.number(UInt32(types.count))
            writer.append(types)
        }
    }

    /// i32, i64, f32, f64, v128, funcref and externref.
    static func isKnown(_ type: UInt8) -> Bool {
        switch type {
        case 0x7b...0x7f, 0x6f, 0x70: true
        default: false
        }
    }
}

extension BinaryReader {
    mutating func valueType() throws(CompositionError) -> UInt8 {
        let type = try byte()
        guard CoreFunctionType.isKnown(type) else { throw malformed("a type of values that is not known") }
        return type
    }

    mutating func valueTypes() throws(CompositionError) -> [UInt8] {
        var types: [UInt8] = []
        for _ in 0..<(try count()) { types.append(try valueType()) }
        return types
    }
}
