/// Copies the definitions of types from one component to another, where indices are others (component model,
/// Binary.md, "Type Definitions").
struct TypeCopy {
    /// How deep types may lie in types.
    private static let deepest = 50

    /// The index that a type of the component itself has where it is copied to.
    private let outermost: (UInt32) throws(CompositionError) -> UInt32
    /// The same for the types that surround what is copied, from the outermost on; nil: they keep their indices.
    private var scopes: [[UInt32]?]

    init(scopes: [[UInt32]?] = [], outermost: @escaping (UInt32) throws(CompositionError) -> UInt32) {
        self.scopes = scopes
        self.outermost = outermost
    }

    /// Reads over a definition.
    static func skip(_ reader: inout BinaryReader) throws(CompositionError) {
        var nowhere = BinaryWriter()
        try TypeCopy { (index) throws(CompositionError) in index }.definition(&reader, &nowhere, isSkipped: true)
    }

    /// Reads over what an export is said to be.
    static func skipDescription(_ reader: inout BinaryReader) throws(CompositionError) {
        var nowhere = BinaryWriter()
        if try reader.peek() == 0 {
            for _ in 0..<2 { _ = try reader.byte() }
            _ = try reader.number()
            return
        }
        if try reader.peek() == 2 {
            _ = try reader.byte()
            if try reader.byte() == 0 {
                _ = try reader.number()
            } else {
                try TypeCopy { (index) throws(CompositionError) in index }.value(&reader, &nowhere)
            }
            return
        }
        try TypeCopy { (index) throws(CompositionError) in index }.description(&reader, &nowhere)
    }

    // MARK: Indices

    /// - Parameter distance: how many scopes outside of the innermost.
    private func mapped(
        _ index: UInt32, distance: Int, _ reader: BinaryReader
    ) throws(CompositionError) -> UInt32 {
        let place = scopes.count - distance
        guard place >= 0 else { throw reader.malformed("an alias of what surrounds the component") }
        if place == 0 { return try outermost(index) }
        guard let map = scopes[place - 1] else { return index }
        guard Int(index) < map.count else { throw reader.malformed("the type \(index), which is not defined") }
        return map[Int(index)]
    }

    private func index(_ reader: inout BinaryReader, _ output: inout BinaryWriter) throws(CompositionError) {
        output.number(try mapped(try reader.number(), distance: 0, reader))
    }

    // MARK: Definitions

    /// - Parameter isSkipped: nothing is made of what is written, so that what can't be copied may be in it.
    func definition(
        _ reader: inout BinaryReader, _ output: inout BinaryWriter, isSkipped: Bool = false
    ) throws(CompositionError) {
        let kind = try reader.byte()
        output.byte(kind)
        switch kind {
        case 0x40, 0x43:
            try each(&reader, &output) { (reader, output) throws(CompositionError) in
                output.text(try reader.text())
                try value(&reader, &output)
            }
            if try copyByte(&reader, &output) == 0 {
                try value(&reader, &output)
            } else {
                _ = try copyByte(&reader, &output)
            }
        case 0x41, 0x42:
            guard scopes.count < Self.deepest else { throw reader.malformed("types lie too deep in types") }
            var inner = self
            inner.scopes.append(nil)
            try each(&reader, &output) { (reader, output) throws(CompositionError) in
                try inner.declaration(&reader, &output, isSkipped: isSkipped)
            }
        case 0x3e, 0x3f:
            guard isSkipped else { throw reader.malformed("a resource of the component's own in an import") }
            // How it is represented, and its destructor, if it has one.
            _ = try reader.byte()
            if kind == 0x3e { _ = try reader.number() }
            if try reader.byte() != 0 { _ = try reader.number() }
        default: try valueDefinition(kind, &reader, &output)
        }
    }

    private func valueDefinition(
        _ kind: UInt8, _ reader: inout BinaryReader, _ output: inout BinaryWriter
    ) throws(CompositionError) {
        switch kind {
        case 0x73...0x7f, 0x64: break
        case 0x72:
            try each(&reader, &output) { (reader, output) throws(CompositionError) in
                output.text(try reader.text())
                try value(&reader, &output)
            }
        case 0x71:
            try each(&reader, &output) { (reader, output) throws(CompositionError) in
                output.text(try reader.text())
                try optionalValue(&reader, &output)
                _ = try copyByte(&reader, &output)
            }
        case 0x70, 0x6b: try value(&reader, &output)
        case 0x67:
            try value(&reader, &output)
            output.number(try reader.number())
        case 0x6f: try each(&reader, &output, value)
        case 0x6d, 0x6e:
            try each(&reader, &output) { (reader, output) throws(CompositionError) in output.text(try reader.text()) }
        case 0x6a:
            try optionalValue(&reader, &output)
            try optionalValue(&reader, &output)
        case 0x65, 0x66: try optionalValue(&reader, &output)
        case 0x68, 0x69: try index(&reader, &output)
        default: throw reader.malformed("a type of the unknown kind \(kind)")
        }
    }

    /// A declaration in the type of an instance or of a component.
    func declaration(
        _ reader: inout BinaryReader, _ output: inout BinaryWriter, isSkipped: Bool = false
    ) throws(CompositionError) {
        let kind = try copyByte(&reader, &output)
        switch kind {
        case 0x01: try definition(&reader, &output, isSkipped: isSkipped)
        case 0x02: try alias(&reader, &output)
        case 0x03, 0x04:
            output.append(try reader.externName().encoded)
            try description(&reader, &output)
        default: throw reader.malformed("types of modules can't be composed")
        }
    }

    func alias(_ reader: inout BinaryReader, _ output: inout BinaryWriter) throws(CompositionError) {
        guard let sort = try reader.sort() else { throw reader.malformed("types of modules can't be composed") }
        output.byte(sort.rawValue)
        switch try copyByte(&reader, &output) {
        case 0x00:
            output.number(try reader.number())
            output.text(try reader.text())
        case 0x02:
            let distance = try reader.number()
            let index = try reader.number()
            guard sort == .type else { throw reader.malformed("an outer alias of something else than a type") }
            output.number(distance)
            output.number(try mapped(index, distance: Int(distance), reader))
        default: throw reader.malformed("an alias of an unknown kind in a type")
        }
    }

    /// What an import or an export is.
    func description(_ reader: inout BinaryReader, _ output: inout BinaryWriter) throws(CompositionError) {
        switch try copyByte(&reader, &output) {
        case 0x01, 0x04, 0x05: try index(&reader, &output)
        case 0x03:
            if try copyByte(&reader, &output) == 0 { try index(&reader, &output) }
        default: throw reader.malformed("modules and values can't be composed")
        }
    }

    // MARK: Values

    private func value(_ reader: inout BinaryReader, _ output: inout BinaryWriter) throws(CompositionError) {
        // A negative number of one byte is a primitive type.
        let first = try reader.peek()
        if first & 0xc0 == 0x40 {
            output.byte(try reader.byte())
        } else {
            output.signedNumber(try mapped(try reader.number(), distance: 0, reader))
        }
    }

    private func optionalValue(_ reader: inout BinaryReader, _ output: inout BinaryWriter) throws(CompositionError) {
        if try copyByte(&reader, &output) != 0 { try value(&reader, &output) }
    }

    @discardableResult
    private func copyByte(_ reader: inout BinaryReader, _ output: inout BinaryWriter) throws(CompositionError) -> UInt8
    {
        let byte = try reader.byte()
        output.byte(byte)
        return byte
    }

    private func each(
        _ reader: inout BinaryReader, _ output: inout BinaryWriter,
        _ body: (inout BinaryReader, inout BinaryWriter) throws(CompositionError) -> Void
    ) throws(CompositionError) {
        let count = try reader.count()
        output.number(UInt32(count))
        for _ in 0..<count { try body(&reader, &output) }
    }
}
