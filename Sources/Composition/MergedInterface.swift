/// The type of an instance that exports what several types of instances of the same name export.
struct MergedInterface {
    private var declarations = BinaryWriter()
    private var count: UInt32 = 0
    private var types: UInt32 = 0
    /// What is exported, and the index of what is a type.
    private var exported: [String: UInt32?] = [:]

    /// The whole.
    var definition: BinaryWriter {
        var definition = BinaryWriter()
        definition.byte(0x42)
        definition.number(count)
        definition.append(declarations.bytes)
        return definition
    }

    /// Adds what the type of an instance has beyond what is there.
    ///
    /// - Parameters:
    ///   - reader: at its definition.
    ///   - copy: copies inside of scopes with these indices.
    mutating func add(
        _ reader: inout BinaryReader, copy: ([[UInt32]?]) -> TypeCopy
    ) throws(CompositionError) {
        guard try reader.byte() == 0x42 else { throw reader.malformed("found no interface where one is imported") }
        // From the indices there to those here.
        var map: [UInt32] = []
        for _ in 0..<(try reader.count()) {
            var declaration = BinaryWriter()
            switch try reader.peek() {
            case 0x01:
                try copy([map]).declaration(&reader, &declaration)
                map.append(write(declaration, isType: true))
            case 0x02:
                var ahead = reader
                _ = try ahead.byte()
                guard try ahead.sort() == .type else { throw reader.malformed("an interface of interfaces") }
                try copy([map]).declaration(&reader, &declaration)
                map.append(write(declaration, isType: true))
            case 0x04:
                var ahead = reader
                _ = try ahead.byte()
                let name = try ahead.externName().0
                let sort = try ahead.peek()
                guard sort == Sort.type.rawValue || sort == Sort.function.rawValue else {
                    throw reader.malformed("an interface of interfaces")
                }
                try copy([map]).declaration(&reader, &declaration)
                let isType = sort == Sort.type.rawValue
                if let known = exported[name] {
                    guard isType == (known != nil) else {
                        throw reader.malformed("\(name) is a type here and a function in another component")
                    }
                    if let known { map.append(known) }
                } else {
                    let index = write(declaration, isType: isType)
                    exported[name] = .some(isType ? index : nil)
                    if isType { map.append(index) }
                }
            default: throw reader.malformed("an interface with a declaration of an unknown kind")
            }
        }
    }

    private mutating func write(_ declaration: BinaryWriter, isType: Bool) -> UInt32 {
        declarations.append(declaration.bytes)
        count += 1
        if isType { types += 1 }
        return isType ? types - 1 : 0
    }
}
