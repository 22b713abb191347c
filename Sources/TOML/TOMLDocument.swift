/// Reads TOML without Foundation: the shim, of which there is one per pod, must not carry it.
package enum TOMLDocument {
    /// The top table of a document.
    ///
    /// - Throws: `TOMLError`, for the first thing that is wrong.
    package static func parse(_ text: String) throws(TOMLError) -> TOMLTable {
        var parser = DocumentParser(text)
        return try parser.document()
    }
}

/// The lines of a document: keys, tables, arrays of tables.
private struct DocumentParser {
    private var scanner: TOMLScanner
    private var top = TableNode()
    /// The path of the `[table]` that the lines belong to.
    private var current: [String] = []

    init(_ text: String) {
        scanner = TOMLScanner(text)
    }

    mutating func document() throws(TOMLError) -> TOMLTable {
        while true {
            scanner.skipBlank(newlines: true)
            guard let next = scanner.peek() else { return top.value }
            if next == UInt8(ascii: "[") {
                try header()
            } else {
                let key = try scanner.dottedKey()
                try scanner.expect("=", after: "the key \(key.joined(separator: "."))")
                let value = try scanner.value()
                try insert(value, at: key)
            }
            try scanner.endOfLine()
        }
    }

    private mutating func header() throws(TOMLError) {
        scanner.advance()
        let isArray = scanner.peek() == UInt8(ascii: "[")
        if isArray { scanner.advance() }
        current = try scanner.dottedKey()
        try scanner.expect("]", after: "the table's name")
        if isArray { try scanner.expect("]", after: "the table's name") }
        let name = current.joined(separator: ".")
        guard top.open(current[...], asArray: isArray) else {
            throw TOMLError(line: scanner.line, "[\(name)] is given twice, or is no table elsewhere")
        }
    }

    private mutating func insert(_ value: TOMLValue, at key: [String]) throws(TOMLError) {
        guard top.insert(value, under: current[...], key: key[...]) else {
            let name = (current + key).joined(separator: ".")
            throw TOMLError(line: scanner.line, "\(name) is given twice, or is part of what is no table")
        }
    }
}

/// A table as it grows. It remembers whether a header has named it, for no table may be named twice.
struct TableNode {
    private enum Entry {
        case value(TOMLValue)
        case table(TableNode)
        case tables([TableNode])
    }

    private var entries: [String: Entry] = [:]
    private var isNamed = false

    var value: TOMLTable {
        entries.mapValues { entry in
            switch entry {
            case .value(let value): value
            case .table(let node): .table(node.value)
            case .tables(let nodes): .array(nodes.map { .table($0.value) })
            }
        }
    }

    /// Opens the table that a header names; answers false when it can't be.
    mutating func open(_ path: ArraySlice<String>, asArray: Bool) -> Bool {
        guard let first = path.first else {
            if isNamed { return false }
            isNamed = true
            return true
        }
        let rest = path.dropFirst()
        if rest.isEmpty && asArray {
            switch entries[first] {
            case nil: entries[first] = .tables([TableNode()])
            case .tables(let nodes): entries[first] = .tables(nodes + [TableNode()])
            default: return false
            }
            return true
        }
        return descend(first) { $0.open(rest, asArray: asArray) }
    }

    /// Puts a value under the table at `path`; answers false when it can't be.
    mutating func insert(_ value: TOMLValue, under path: ArraySlice<String>, key: ArraySlice<String>) -> Bool {
        if let first = path.first {
            return descend(first) { $0.insert(value, under: path.dropFirst(), key: key) }
        }
        guard let first = key.first else { return false }
        if key.count > 1 {
            return descend(first) { $0.insert(value, under: [], key: key.dropFirst()) }
        }
        guard entries[first] == nil else { return false }
        entries[first] = .value(value)
        return true
    }

    /// Changes the table at `key`, which is made when there is none; the last of an array of tables.
    private mutating func descend(_ key: String, _ body: (inout TableNode) -> Bool) -> Bool {
        switch entries[key] {
        case .value: return false
        case .table(var node):
            defer { entries[key] = .table(node) }
            return body(&node)
        case .tables(var nodes):
            defer { entries[key] = .tables(nodes) }
            return body(&nodes[nodes.count - 1])
        case nil:
            var node = TableNode()
            defer { entries[key] = .table(node) }
            return body(&node)
        }
    }
}
