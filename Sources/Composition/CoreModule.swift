/// What lowering has to know of a core module (WebAssembly core specification 5.5).
struct CoreModule {
    struct Import {
        let module: String
        let name: String
        let isFunction: Bool
        /// What it is, as it is encoded.
        fileprivate let description: Range<Int>
    }

    private let bytes: UnsafeRawBufferPointer
    private var sections: [(id: UInt8, content: Range<Int>)] = []
    private(set) var imports: [Import] = []
    private var exports: [String: (kind: UInt8, index: UInt32)] = [:]
    private var start: UInt32?

    /// - Parameter range: where it lies in `bytes`, which are borrowed.
    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws(CompositionError) {
        self.bytes = bytes
        var reader = BinaryReader(bytes, in: range, name: "module")
        for byte in Self.preamble where try reader.byte() != byte { throw reader.malformed("it is not a module") }
        while !reader.isAtEnd {
            let id = try reader.byte()
            let content = try reader.range()
            sections.append((id, content))
            var section = BinaryReader(bytes, in: content, name: "module")
            switch id {
            case 2: for _ in 0..<(try section.count()) { imports.append(try Self.import(&section)) }
            case 7:
                for _ in 0..<(try section.count()) {
                    let name = try section.text()
                    exports[name] = (try section.byte(), try section.number())
                }
            case 8: start = try section.number()
            default: break
            }
        }
    }

    private static let preamble: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

    private static func `import`(_ section: inout BinaryReader) throws(CompositionError) -> Import {
        let (module, name) = (try section.text(), try section.text())
        let begin = section.offset
        let kind = try section.byte()
        switch kind {
        case 0x00: _ = try section.number()
        case 0x01:
            _ = try section.byte()
            try limits(&section)
        case 0x02: try limits(&section)
        case 0x03: for _ in 0..<2 { _ = try section.byte() }
        default: throw section.malformed("an import of an unknown kind")
        }
        return Import(module: module, name: name, isFunction: kind == 0, description: begin..<section.offset)
    }

    private static func limits(_ section: inout BinaryReader) throws(CompositionError) {
        let flags = try section.byte()
        guard flags <= 1 else { throw section.malformed("limits that are not known") }
        for _ in 0...flags { _ = try section.number() }
    }

    /// Whether it imports nothing but functions.
    var isSelfContained: Bool { imports.allSatisfy(\.isFunction) }

    private func section(_ id: UInt8) -> BinaryReader? {
        sections.first { $0.id == id }.map { BinaryReader(bytes, in: $0.content, name: "module") }
    }

    private func has(only ids: Set<UInt8>) -> Bool { sections.allSatisfy { $0.id == 0 || ids.contains($0.id) } }

    // MARK: Modules that wit-component makes

    /// Whether it is of nothing but a table and functions that call through it.
    var isTrampolines: Bool { imports.isEmpty && has(only: [1, 3, 4, 7, 10]) && exportedTable != nil }

    var exportedTable: String? { exports.first { $0.value.kind == 1 && $0.value.index == 0 }?.key }

    /// The place in its table that an exported function calls, with its own arguments and results; nil if that is not all
    /// it does.
    func slot(of name: String) throws(CompositionError) -> Int? {
        guard isTrampolines, let export = exports[name], export.kind == 0,
            let type = try type(ofFunction: export.index),
            let parameters = try parameters(ofType: type), var code = section(10)
        else { return nil }
        let count = try code.count()
        for index in 0..<count {
            var body = BinaryReader(bytes, in: try code.range(), name: "module")
            guard index == Int(export.index) else { continue }
            // Locals; local.get for each parameter; i32.const; call_indirect of the type through table 0; end.
            guard try body.number() == 0 else { return nil }
            for parameter in 0..<parameters {
                guard try body.byte() == 0x20, try body.number() == parameter else { return nil }
            }
            guard try body.byte() == 0x41 else { return nil }
            let slot = try body.signedNumber()
            guard slot >= 0, try body.byte() == 0x11, try body.number() == type, try body.number() == 0,
                try body.byte() == 0x0b,
                body.isAtEnd
            else { return nil }
            return Int(slot)
        }
        return nil
    }

    private func type(ofFunction index: UInt32) throws(CompositionError) -> UInt32? {
        guard var section = section(3) else { return nil }
        var types: [UInt32] = []
        for _ in 0..<(try section.count()) { types.append(try section.number()) }
        return Int(index) < types.count ? types[Int(index)] : nil
    }

    private func parameters(ofType index: UInt32) throws(CompositionError) -> Int? {
        guard var section = section(1) else { return nil }
        for number in 0..<(try section.count()) {
            guard try section.byte() == 0x60 else { return nil }
            let parameters = try section.count()
            for _ in 0..<parameters { _ = try section.byte() }
            for _ in 0..<(try section.count()) { _ = try section.byte() }
            if number == Int(index) { return parameters }
        }
        return nil
    }

    /// Of a module that does nothing but fill an imported table from its beginning with imported functions: these.
    var filling: (table: Import, functions: [Import])? {
        get throws(CompositionError) {
            let tables = imports.filter { !$0.isFunction }
            guard has(only: [1, 2, 9]), tables.count == 1, var section = section(9) else { return nil }
            let functions = imports.filter(\.isFunction)
            // One segment, for table 0, from i32.const 0 on.
            for byte in [1, 0, 0x41, 0, 0x0b] as [UInt8] {
                guard try section.byte() == byte else { return nil }
            }
            var filling: [Import] = []
            for _ in 0..<(try section.count()) {
                let index = Int(try section.number())
                guard index < functions.count else { return nil }
                filling.append(functions[index])
            }
            return section.isAtEnd ? (tables[0], filling) : nil
        }
    }

    /// Of a module that does nothing but call an imported function as it starts: that.
    var startsImport: Import? {
        guard has(only: [1, 2, 8]), imports.count == 1, imports[0].isFunction, start == 0 else { return nil }
        return imports[0]
    }

    // MARK: Another module

    /// The module with other names.
    ///
    /// - Parameters:
    ///   - names: of its imports, in their order.
    ///   - kept: all that it is to export, by the name that it exports it under now.
    func rewritten(
        imports names: [(module: String, name: String)], exports kept: [(name: String, now: String)]
    ) throws(CompositionError) -> [UInt8] {
        var output = BinaryWriter()
        output.append(Self.preamble)
        for (id, content) in sections {
            var section = BinaryWriter()
            switch id {
            case 2:
                section.number(UInt32(imports.count))
                for (item, name) in zip(imports, names) {
                    section.text(name.module)
                    section.text(name.name)
                    section.append(bytes[item.description])
                }
            case 7:
                section.number(UInt32(kept.count))
                for export in kept {
                    guard let item = exports[export.now] else { throw CompositionError("no export \(export.now)") }
                    section.text(export.name)
                    section.byte(item.kind)
                    section.number(item.index)
                }
            default: section.append(bytes[content])
            }
            output.section(id, section.bytes)
        }
        return output.bytes
    }
}
