/// What lowering has to know of a core module (WebAssembly core specification 5.5).
struct CoreModule {
    struct Import {
        let module: String
        let name: String
        let kind: CoreKind
        /// Of a function, its type.
        let type: UInt32
        /// What it is, as it is encoded.
        fileprivate let description: Range<Int>
    }

    struct Export {
        let kind: CoreKind
        let index: UInt32
    }

    /// The sections that are read here, by their numbers in the file.
    enum Section: UInt8 {
        case custom = 0
        case type, `import`, function, table, memory, global, export, start, element, code, data, dataCount
    }

    private let bytes: UnsafeRawBufferPointer
    /// In bytes.
    let size: Int
    private var sections: [(id: UInt8, content: Range<Int>)] = []
    private(set) var imports: [Import] = []
    /// By ``CoreKind``.
    private var importsOfKinds: [[Import]] = [[], [], [], []]
    private(set) var exports: [String: Export] = [:]
    /// The function that is called as it starts.
    private(set) var start: UInt32?
    /// For each function of a module of trampolines the slot of its table that it calls.
    private var slots: [Int]?

    /// - Parameter range: where it lies in `bytes`, which are borrowed.
    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) throws(CompositionError) {
        self.bytes = bytes
        size = range.count
        var reader = BinaryReader(bytes, in: range, name: "module")
        for byte in Self.preamble where try reader.byte() != byte { throw reader.malformed("it is not a module") }
        while !reader.isAtEnd {
            let id = try reader.byte()
            let content = try reader.range()
            sections.append((id, content))
            var section = BinaryReader(bytes, in: content, name: "module")
            switch Section(rawValue: id) {
            case .import:
                for _ in 0..<(try section.count()) {
                    let item = try Self.import(&section)
                    imports.append(item)
                    importsOfKinds[Int(item.kind.rawValue)].append(item)
                }
            case .export:
                for _ in 0..<(try section.count()) {
                    let name = try section.text()
                    let kind = CoreKind(rawValue: try section.byte())
                    let index = try section.number()
                    if let kind { exports[name] = Export(kind: kind, index: index) }
                }
            case .start: start = try section.number()
            default: break
            }
        }
        slots = try readSlots()
    }

    static let preamble: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

    private static func `import`(_ section: inout BinaryReader) throws(CompositionError) -> Import {
        let (module, name) = (try section.text(), try section.text())
        let begin = section.offset
        guard let kind = CoreKind(rawValue: try section.byte()) else {
            throw section.malformed("an import of an unknown kind")
        }
        var type: UInt32 = 0
        switch kind {
        case .function: type = try section.number()
        case .table:
            _ = try section.byte()
            try section.limits()
        case .memory: try section.limits()
        case .global: for _ in 0..<2 { _ = try section.byte() }
        }
        return Import(module: module, name: name, kind: kind, type: type, description: begin..<section.offset)
    }

    // MARK: Sections

    func section(_ section: Section) -> BinaryReader? {
        sections.first { $0.id == section.rawValue }.map { BinaryReader(bytes, in: $0.content, name: "module") }
    }

    /// How many things a section has that begins with their number.
    func count(_ section: Section) throws(CompositionError) -> Int {
        guard var section = self.section(section) else { return 0 }
        return try section.count()
    }

    func imports(_ kind: CoreKind) -> [Import] { importsOfKinds[Int(kind.rawValue)] }

    private func has(only ids: Set<Section>) -> Bool {
        sections.allSatisfy { $0.id == 0 || Section(rawValue: $0.id).map(ids.contains) ?? false }
    }

    /// Whether it has sections that no one here knows.
    var isKnown: Bool { sections.allSatisfy { Section(rawValue: $0.id) != nil } }

    /// Whether it has nothing of its own, but may call a function that it imports as it starts.
    var isEmpty: Bool { has(only: [.type, .import, .export, .start]) }

    /// Whether it does something when it is instantiated.
    var acts: Bool { start != nil || sections.contains { $0.id == 9 || $0.id == 11 } }

    /// Of its name section (WebAssembly core specification, appendix).
    var names: BinaryReader? {
        for (id, content) in sections where id == 0 {
            var section = BinaryReader(bytes, in: content, name: "module")
            if (try? section.text()) == "name" { return section }
        }
        return nil
    }

    func types() throws(CompositionError) -> [CoreFunctionType] {
        guard var section = section(.type) else { return [] }
        var types: [CoreFunctionType] = []
        for _ in 0..<(try section.count()) { types.append(try CoreFunctionType(&section)) }
        return types
    }

    /// The types of the functions that it has itself.
    func functions() throws(CompositionError) -> [UInt32] {
        guard var section = section(.function) else { return [] }
        var types: [UInt32] = []
        for _ in 0..<(try section.count()) { types.append(try section.number()) }
        return types
    }

    // MARK: Modules that wit-component makes

    /// Whether it is of nothing but a table and functions that call through it.
    var isTrampolines: Bool { slots != nil }

    /// The place in its table that a function calls, with its own arguments and results.
    func slot(ofFunction index: UInt32) -> Int? {
        guard let slots, Int(index) < slots.count else { return nil }
        return slots[Int(index)]
    }

    private func readSlots() throws(CompositionError) -> [Int]? {
        guard imports.isEmpty, has(only: [.type, .function, .table, .export, .code]),
            exports.values.contains(where: { $0.kind == .table && $0.index == 0 }),
            var code = section(.code), let types = try? types()
        else { return nil }
        let functions = try functions()
        var slots: [Int] = []
        for index in 0..<(try code.count()) {
            let body = BinaryReader(bytes, in: try code.range(), name: "module")
            guard index < functions.count, Int(functions[index]) < types.count else { return nil }
            let (type, parameters) = (functions[index], types[Int(functions[index])].parameters.count)
            guard let slot = try Self.slot(body, type: type, parameters: parameters) else { return nil }
            slots.append(slot)
        }
        return slots
    }

    private static func slot(
        _ body: BinaryReader, type: UInt32, parameters: Int
    ) throws(CompositionError) -> Int? {
        var body = body
        // Locals; local.get for each parameter; i32.const; call_indirect of the type through table 0; end.
        guard try body.number() == 0 else { return nil }
        for parameter in 0..<parameters {
            guard try body.byte() == 0x20, try body.number() == parameter else { return nil }
        }
        guard try body.byte() == 0x41 else { return nil }
        let slot = try body.signedNumber()
        guard slot >= 0, try body.byte() == 0x11, try body.number() == type, try body.number() == 0,
            try body.byte() == 0x0b, body.isAtEnd
        else { return nil }
        return Int(slot)
    }

    /// Of a module that does nothing but fill an imported table from its beginning with imported functions, and perhaps
    /// call one as it starts: these.
    var filling: [Import]? {
        get throws(CompositionError) {
            let functions = imports(.function)
            guard has(only: [.type, .import, .element, .start]), imports(.table).count == 1,
                imports.count == functions.count + 1, var section = section(.element)
            else { return nil }
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
            return section.isAtEnd ? filling : nil
        }
    }

    // MARK: Another module

    /// The module with other names.
    ///
    /// - Parameters:
    ///   - names: of its imports, in their order.
    ///   - kept: all that it is to export.
    func rewritten(
        imports names: [(module: String, name: String)], exports kept: [(name: String, export: Export)]
    ) -> [UInt8] {
        var output = BinaryWriter()
        output.append(Self.preamble)
        for (id, content) in sections {
            var section = BinaryWriter()
            switch Section(rawValue: id) {
            case .import:
                section.number(UInt32(imports.count))
                for (item, name) in zip(imports, names) {
                    section.text(name.module)
                    section.text(name.name)
                    section.append(bytes[item.description])
                }
            case .export:
                section.number(UInt32(kept.count))
                for (name, export) in kept { section.export(name, export) }
            default: section.append(bytes[content])
            }
            output.section(id, section.bytes)
        }
        return output.bytes
    }
}

extension BinaryWriter {
    mutating func export(_ name: String, _ export: CoreModule.Export) {
        text(name)
        byte(export.kind.rawValue)
        number(export.index)
    }
}

extension BinaryReader {
    /// Of a table, or of a memory that is of one thread and of 32 bits.
    mutating func limits() throws(CompositionError) {
        let flags = try byte()
        guard flags <= 1 else { throw malformed("limits that are not known") }
        for _ in 0...flags { _ = try number() }
    }
}
