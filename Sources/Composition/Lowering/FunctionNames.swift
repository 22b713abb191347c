/// The names of a module's functions, which backtraces have (WebAssembly core specification, appendix, "Name section").
struct FunctionNames {
    private(set) var module: String?
    /// By index.
    private(set) var functions: [UInt32: String] = [:]

    init() {}

    /// What is malformed from some place on is left out from there on.
    ///
    /// - Parameter range: the functions whose names are wanted.
    init(_ section: BinaryReader, of range: Range<Int>) {
        var reader = section
        try? read(&reader, range)
    }

    private mutating func read(_ reader: inout BinaryReader, _ range: Range<Int>) throws(CompositionError) {
        while !reader.isAtEnd {
            let id = try reader.byte()
            var part = reader.part(try reader.range())
            switch id {
            case 0: module = try part.text()
            case 1:
                for _ in 0..<(try part.count()) {
                    let index = try part.number()
                    let name = try part.text()
                    if range.contains(Int(index)) { functions[index] = name }
                }
            default: break
            }
        }
    }

    mutating func name(_ index: UInt32, _ name: String) { functions[index] = name }
    mutating func name(module: String?) { self.module = module }

    /// The content of a custom section.
    var section: [UInt8] {
        var output = BinaryWriter()
        output.text("name")
        if let module {
            var part = BinaryWriter()
            part.text(module)
            output.section(0, part.bytes)
        }
        var part = BinaryWriter()
        part.number(UInt32(functions.count))
        for (index, name) in functions.sorted(by: { $0.key < $1.key }) {
            part.number(index)
            part.text(name)
        }
        output.section(1, part.bytes)
        return output.bytes
    }
}
