/// Reads the outline of a core module out of its sections (core specification, 5.5). Code and data are passed over.
struct ModuleReader {
    private var outline = ModuleOutline()
    private var reader = TypeReader()
    private var types: [String] = []
    /// The types of what there is of each kind, imported ones first.
    private var functions: [String] = []
    private var globals: [String] = []
    private var tags: [String] = []

    static func read(_ range: ByteRange) throws(BinaryError) -> ModuleOutline {
        var reader = ModuleReader()
        for section in try range.sections() { try reader.take(section) }
        reader.outline.features = (Set(reader.outline.features).union(reader.reader.features)).sorted()
        return reader.outline
    }

    private mutating func take(_ section: Section) throws(BinaryError) {
        switch section.id {
        case 0: try custom(section.content)
        case 8: outline.hasStart = true
        case 10: outline.codeSize += section.content.count
        case 11: outline.dataSize += section.content.count
        case 1...7, 13:
            var cursor = Cursor(try section.content.read(), base: section.content.start)
            try take(section.id, &cursor)
        default: break
        }
    }

    private mutating func take(_ id: UInt8, _ cursor: inout Cursor) throws(BinaryError) {
        switch id {
        case 1: types = try reader.types(&cursor)
        case 2: for _ in 0..<(try cursor.count()) { try takeImport(&cursor) }
        case 3:
            for _ in 0..<(try cursor.count()) {
                functions.append(type(try cursor.index()))
                outline.functions += 1
            }
        case 4:
            for _ in 0..<(try cursor.count()) {
                // One with an initial value: the expression would have to be read to find the next table.
                if cursor.next == 0x40 { return }
                outline.tables.append(try reader.table(&cursor))
            }
        case 5:
            for _ in 0..<(try cursor.count()) { outline.memories.append(try reader.memory(&cursor)) }
            if outline.memories.count > 1 { outline.features.append("multi-memory") }
        case 6: try takeGlobals(&cursor)
        case 7: for _ in 0..<(try cursor.count()) { try takeExport(&cursor) }
        case 13:
            outline.features.append("exception-handling")
            for _ in 0..<(try cursor.count()) {
                _ = try cursor.byte()
                tags.append(type(try cursor.index()))
            }
        default: break
        }
    }

    private func type(_ index: Int) -> String { index < types.count ? types[index] : "func" }

    private mutating func takeImport(_ cursor: inout Cursor) throws(BinaryError) {
        let module = try cursor.name()
        let name = try cursor.name()
        let text: String
        switch try cursor.byte() {
        case 0:
            text = type(try cursor.index())
            functions.append(text)
        case 1:
            var table = try reader.table(&cursor)
            table.isImported = true
            outline.tables.append(table)
            text = table.text
        case 2:
            var memory = try reader.memory(&cursor)
            memory.isImported = true
            outline.memories.append(memory)
            text = memory.text
        case 3:
            text = try reader.global(&cursor)
            globals.append(text)
        case 4:
            _ = try cursor.byte()
            text = "tag"
            tags.append(type(try cursor.index()))
        case let kind: throw cursor.failure("an import of kind \(kind) is not known")
        }
        outline.imports.append(.init(module: module, name: name, type: text))
    }

    /// Of the first ones only the types are known: their initial values are read up to the first that is not a constant.
    private mutating func takeGlobals(_ cursor: inout Cursor) throws(BinaryError) {
        for _ in 0..<(try cursor.count()) {
            globals.append(try reader.global(&cursor))
            guard try Self.skipConstant(&cursor) else { return }
        }
    }

    /// - Returns: false if the expression is no plain constant.
    private static func skipConstant(_ cursor: inout Cursor) throws(BinaryError) -> Bool {
        switch try cursor.byte() {
        case 0x41, 0x42, 0x23, 0xd2, 0xd0: try cursor.signed()
        case 0x43: try cursor.skip(4)
        case 0x44: try cursor.skip(8)
        default: return false
        }
        return try cursor.byte() == 0x0b
    }

    private mutating func takeExport(_ cursor: inout Cursor) throws(BinaryError) {
        let name = try cursor.name()
        let kind = try cursor.byte()
        let index = try cursor.index()
        func item(_ list: [String], _ otherwise: String) -> String { index < list.count ? list[index] : otherwise }
        let text: String
        switch kind {
        case 0: text = item(functions, "func")
        case 1: text = item(outline.tables.map(\.text), "table")
        case 2: text = item(outline.memories.map(\.text), "memory")
        case 3: text = item(globals, "global")
        case 4: text = "tag"
        default: throw cursor.failure("an export of kind \(kind) is not known")
        }
        outline.exports.append(.init(name: name, type: text))
    }

    /// Custom sections never make a module invalid: one that is not as its convention has it is passed over.
    private mutating func custom(_ content: ByteRange) throws(BinaryError) {
        var head = Cursor(try content.read(atMost: 64), base: content.start)
        guard let name = try? head.name() else { return }
        switch name {
        case ".debug_info": outline.hasDebugInfo = true
        case "producers", "target_features":
            var cursor = Cursor(try content.part(from: content.start + head.position, to: content.end).read(), base: 0)
            if name == "producers" {
                outline.producers += (try? Self.producers(&cursor)) ?? []
            } else {
                outline.features += (try? Self.features(&cursor)) ?? []
            }
        default: break
        }
    }

    /// Tool conventions, "Producers Section".
    private static func producers(_ cursor: inout Cursor) throws(BinaryError) -> [String] {
        var found: [String] = []
        for _ in 0..<(try cursor.count()) {
            let field = try cursor.name()
            for _ in 0..<(try cursor.count()) {
                let (name, version) = (try cursor.name(), try cursor.name())
                if field != "sdk" || !name.isEmpty { found.append(version.isEmpty ? name : "\(name) \(version)") }
            }
        }
        return found
    }

    /// Tool conventions, "Target Features Section".
    private static func features(_ cursor: inout Cursor) throws(BinaryError) -> [String] {
        var found: [String] = []
        for _ in 0..<(try cursor.count()) {
            let prefix = try cursor.byte()
            let name = try cursor.name()
            if prefix == UInt8(ascii: "+") { found.append(name) }
        }
        return found
    }
}

extension ModuleOutline.Memory {
    var text: String {
        let limit = maximum.map { ", at most \($0 >> 16)" } ?? ""
        return "memory \(initial >> 16) pages\(limit)\(isShared ? ", shared" : "")"
    }
}

extension ModuleOutline.Table {
    var text: String { "table \(initial) \(elements)" }
}
