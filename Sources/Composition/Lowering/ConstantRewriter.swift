/// Copies constant expressions, with other indices (WebAssembly core specification 3.4.16).
///
/// A global that another module has can't be asked for once the two are one: only that of an import is constant. What it
/// begins with, which is constant as well, comes in its place.
struct ConstantRewriter {
    let map: IndexMap
    /// What the merged module's globals begin with, without the end; nil of those that are mutable.
    let globals: [[UInt8]?]

    /// Of bytes that one expression may become: expressions that add a global to itself double.
    private static let longest = 4096

    /// - Returns: the expression without its end.
    func expression(_ reader: inout BinaryReader) throws(CompositionError) -> [UInt8] {
        var output = BinaryWriter()
        while true {
            let start = reader.offset
            let code = try reader.byte()
            switch code {
            case 0x0b: return output.bytes
            case 0x23:
                let index = try reader.number()
                let global = try map.globals(index)
                if map.globals.isImported(index) {
                    guard Int(global) < globals.count, let value = globals[Int(global)] else {
                        throw reader.malformed("the global \(index) is not constant")
                    }
                    output.append(value)
                } else {
                    output.byte(code)
                    output.number(global)
                }
            case 0xd2:
                output.byte(code)
                output.number(try map.functions(try reader.number()))
            case 0xfd:
                guard try reader.number() == 12 else { throw reader.malformed("a vector that is not constant") }
                try reader.skip(16)
                output.append(reader.bytes(since: start))
            // Additions, subtractions and multiplications.
            case 0x6a...0x6c, 0x7c...0x7e: output.byte(code)
            default:
                try reader.constant(code)
                output.append(reader.bytes(since: start))
            }
            guard output.bytes.count <= Self.longest else { throw reader.malformed("an expression is too long") }
        }
    }
}
