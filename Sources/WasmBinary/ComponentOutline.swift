/// What a component says of itself, and asks of its host.
package struct ComponentOutline: Encodable, Hashable, Sendable {
    package struct Item: Encodable, Hashable, Sendable {
        /// As `wasi:cli/run@0.2.0`.
        package var name: String
        /// `instance`, `func`, `type`, `component`, `module` or `value`.
        package var kind: String
    }

    package var imports: [Item] = []
    package var exports: [Item] = []
    /// The core modules in it, also of the components in it.
    package var modules: [ModuleOutline] = []
    /// How many components are in it.
    package var components = 0

    package init() {}
}

/// Reads the outline of a component out of its sections (component model, Binary.md). What its imports and exports are
/// made of is passed over: their names say it.
struct ComponentReader {
    private var outline = ComponentOutline()

    /// Components in components that are followed.
    private static let deepest = 16

    static func read(_ range: ByteRange, depth: Int = 0) throws(BinaryError) -> ComponentOutline {
        var reader = ComponentReader()
        for section in try range.sections() { try reader.take(section, depth: depth) }
        return reader.outline
    }

    private mutating func take(_ section: Section, depth: Int) throws(BinaryError) {
        switch section.id {
        case 1: outline.modules.append(try ModuleReader.read(section.content))
        case 4:
            outline.components += 1
            guard depth < Self.deepest else { return }
            let inner = try Self.read(section.content, depth: depth + 1)
            outline.modules += inner.modules
            outline.components += inner.components
        case 10, 11:
            var cursor = Cursor(try section.content.read(), base: section.content.start)
            for _ in 0..<(try cursor.count()) {
                if section.id == 10 { try takeImport(&cursor) } else { try takeExport(&cursor) }
            }
        default: break
        }
    }

    private mutating func takeImport(_ cursor: inout Cursor) throws(BinaryError) {
        let name = try Self.name(&cursor)
        outline.imports.append(.init(name: name, kind: try Self.description(&cursor)))
    }

    private mutating func takeExport(_ cursor: inout Cursor) throws(BinaryError) {
        let name = try Self.name(&cursor)
        let kind = try Self.sort(&cursor)
        _ = try cursor.index()
        if try cursor.byte() == 1 { _ = try Self.description(&cursor) }
        outline.exports.append(.init(name: name, kind: kind))
    }

    /// With a byte before it, of which two values are in use for the same; a third has a suffix of the version behind it.
    private static func name(_ cursor: inout Cursor) throws(BinaryError) -> String {
        let form = try cursor.byte()
        let name = try cursor.name()
        guard form == 2 else { return name }
        return name + (try cursor.name())
    }

    private static func sort(_ cursor: inout Cursor) throws(BinaryError) -> String {
        let sort = try cursor.byte()
        switch sort {
        case 0: return try cursor.byte() == 0x11 ? "module" : "core"
        case 1...5: return ["func", "value", "type", "component", "instance"][Int(sort) - 1]
        default: throw cursor.failure("an export of sort \(sort) is not known")
        }
    }

    private static func description(_ cursor: inout Cursor) throws(BinaryError) -> String {
        switch try cursor.byte() {
        case 0:
            _ = try cursor.byte()
            _ = try cursor.index()
            return "module"
        case 1: return try indexed("func", &cursor)
        case 2:
            _ = try cursor.byte()
            try cursor.signed()
            return "value"
        case 3:
            if try cursor.byte() == 0 { _ = try cursor.index() }
            return "type"
        case 4: return try indexed("component", &cursor)
        case 5: return try indexed("instance", &cursor)
        case let kind: throw cursor.failure("an import of kind \(kind) is not known")
        }
    }

    private static func indexed(_ kind: String, _ cursor: inout Cursor) throws(BinaryError) -> String {
        _ = try cursor.index()
        return kind
    }
}
