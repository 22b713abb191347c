/// What a composition has to know of a component: what it imports and exports, and where its types come from.
struct ScannedComponent {
    struct Import {
        let name: InterfaceName
        /// As it is encoded, with what its kind is.
        let encodedName: [UInt8]
        let description: Description
    }

    /// What an import is, by the component's own type indices.
    enum Description {
        case function(type: UInt32)
        case instance(type: UInt32)
        /// The same as a type that is known.
        case type(UInt32)
        /// A module, a value, a component or a resource that is nobody's.
        case other
    }

    struct Export {
        let name: InterfaceName
        let encodedName: [UInt8]
        let sort: Sort
    }

    enum TypeOrigin {
        /// Defined, by these bytes of the file.
        case defined(Range<Int>)
        /// A type that an instance exports.
        case exported(instance: UInt32, name: String)
        case imported(Int)
        /// Nothing that an import may be made of.
        case other
    }

    /// How errors name it.
    let name: String
    /// The whole file; borrowed.
    let bytes: UnsafeRawBufferPointer
    private(set) var imports: [Import] = []
    private(set) var exports: [Export] = []
    private(set) var types: [TypeOrigin] = []
    /// Which import an instance is; nil: another.
    private(set) var instances: [Int?] = []

    static let preamble: [UInt8] = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]

    init(_ bytes: UnsafeRawBufferPointer, name: String) throws(CompositionError) {
        self.name = name
        self.bytes = bytes
        guard bytes.starts(with: Self.preamble) else { throw CompositionError("\(name) is not a component") }
        var reader = BinaryReader(bytes, in: Self.preamble.count..<bytes.count, name: name)
        while !reader.isAtEnd {
            let id = SectionID(rawValue: try reader.byte())
            var section = BinaryReader(bytes, in: try reader.range(), name: name)
            switch id {
            case .type: try scanTypes(&section)
            case .import: try scanImports(&section)
            case .alias: try scanAliases(&section)
            case .instance: try scanInstances(&section)
            case .export: try scanExports(&section)
            case .component, nil: continue
            }
            guard section.isAtEnd else { throw section.malformed("a section is longer than what is in it") }
        }
    }

    private mutating func scanTypes(_ section: inout BinaryReader) throws(CompositionError) {
        for _ in 0..<(try section.count()) {
            let start = section.offset
            try TypeCopy.skip(&section)
            types.append(.defined(start..<section.offset))
        }
    }

    private mutating func scanImports(_ section: inout BinaryReader) throws(CompositionError) {
        for _ in 0..<(try section.count()) {
            let (name, encoded) = try section.externName()
            let description: Description
            switch try section.byte() {
            case 0x00:
                _ = try section.byte()
                _ = try section.number()
                description = .other
            case 0x01: description = .function(type: try section.number())
            case 0x03:
                if try section.byte() == 0 {
                    description = .type(try section.number())
                } else {
                    description = .other
                }
                types.append(.imported(imports.count))
            case 0x04:
                _ = try section.number()
                description = .other
            case 0x05:
                description = .instance(type: try section.number())
                instances.append(imports.count)
            default: throw section.malformed("an import of an unknown kind")
            }
            imports.append(Import(name: InterfaceName(name), encodedName: encoded, description: description))
        }
    }

    private mutating func scanAliases(_ section: inout BinaryReader) throws(CompositionError) {
        for _ in 0..<(try section.count()) {
            let sort = try section.sort()
            var origin = TypeOrigin.other
            switch try section.byte() {
            case 0x00:
                let instance = try section.number()
                origin = .exported(instance: instance, name: try section.text())
            case 0x01:
                _ = try section.number()
                _ = try section.text()
            case 0x02:
                _ = try section.number()
                _ = try section.number()
            default: throw section.malformed("an alias of an unknown kind")
            }
            if sort == .type { types.append(origin) }
            if sort == .instance { instances.append(nil) }
        }
    }

    private mutating func scanInstances(_ section: inout BinaryReader) throws(CompositionError) {
        for _ in 0..<(try section.count()) {
            switch try section.byte() {
            case 0x00:
                _ = try section.number()
                for _ in 0..<(try section.count()) {
                    _ = try section.text()
                    _ = try section.sort()
                    _ = try section.number()
                }
            case 0x01:
                for _ in 0..<(try section.count()) {
                    _ = try section.externName()
                    _ = try section.sort()
                    _ = try section.number()
                }
            default: throw section.malformed("an instance of an unknown kind")
            }
            instances.append(nil)
        }
    }

    private mutating func scanExports(_ section: inout BinaryReader) throws(CompositionError) {
        for _ in 0..<(try section.count()) {
            let (name, encoded) = try section.externName()
            let sort = try section.sort()
            _ = try section.number()
            if try section.byte() != 0 { try TypeCopy.skipDescription(&section) }
            // What is exported has a new index.
            if sort == .type { types.append(.other) }
            if sort == .instance { instances.append(nil) }
            guard let sort else { continue }
            exports.append(Export(name: InterfaceName(name), encodedName: encoded, sort: sort))
        }
    }
}

extension BinaryReader {
    /// The name of an import or an export, and how it is encoded.
    mutating func externName() throws(CompositionError) -> (String, encoded: [UInt8]) {
        let start = offset
        let kind = try byte()
        guard kind <= 2 else { throw malformed("a name of the unknown kind \(kind)") }
        let name = try text()
        // With the rest of its version.
        if kind == 2 { _ = try text() }
        return (name, Array(bytes(since: start)))
    }

    /// Nil: one of the core's, or a value.
    mutating func sort() throws(CompositionError) -> Sort? {
        let kind = try byte()
        if kind == 0 {
            _ = try byte()
            return nil
        }
        guard let sort = Sort(rawValue: kind) else {
            guard kind == 2 else { throw malformed("the unknown sort \(kind)") }
            return nil
        }
        return sort
    }
}
