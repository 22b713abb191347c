/// A component in a component that only gives functions on which it is given, under other names and with types:
/// `wit-component` wraps so what it exports.
struct ForwardingComponent {
    /// The name of the import that each function it exports is.
    let exports: [String: String]

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws(CompositionError) {
        var reader = BinaryReader(bytes, in: range, name: "component")
        for byte in ScannedComponent.preamble where try reader.byte() != byte {
            throw reader.malformed("it is not a component")
        }
        // Nil: exported again.
        var functions: [String?] = []
        var exports: [String: String] = [:]
        while !reader.isAtEnd {
            let id = try reader.byte()
            var section = BinaryReader(bytes, in: try reader.range(), name: "component")
            switch id {
            case 0: continue
            case 6:
                for _ in 0..<(try section.count()) {
                    // Types only, of what surrounds it or of an instance.
                    guard try section.byte() == 0x03 else { throw section.malformed("an alias of what is no type") }
                    let kind = try section.byte()
                    _ = try section.number()
                    if kind == 0x00 { _ = try section.text() } else { _ = try section.number() }
                }
            case 7: for _ in 0..<(try section.count()) { try TypeCopy.skip(&section) }
            case 10:
                for _ in 0..<(try section.count()) {
                    let (name, _) = try section.externName()
                    switch try section.peek() {
                    case 0x01:
                        _ = try section.byte()
                        _ = try section.number()
                        functions.append(name)
                    default: try TypeCopy.skipDescription(&section)
                    }
                }
            case 11:
                for _ in 0..<(try section.count()) {
                    let (name, _) = try section.externName()
                    let sort = try section.sort()
                    let index = Int(try section.number())
                    if try section.byte() != 0 { try TypeCopy.skipDescription(&section) }
                    guard sort == .function else { continue }
                    guard index < functions.count else { throw section.malformed("the function \(index)") }
                    if let origin = functions[index] { exports[name] = origin }
                    functions.append(nil)
                }
            default: throw section.malformed("it does more than give functions on")
            }
        }
        self.exports = exports
    }
}
