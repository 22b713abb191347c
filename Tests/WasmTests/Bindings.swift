import Foundation

/// What the wheel's `_bindings.py` says of the C API, read as text: it is generated, one statement per line.
struct Bindings {
    struct Signature: Equatable, CustomStringConvertible {
        let result: String
        let arguments: [String]

        var description: String { "\(result) (\(arguments.joined(separator: ", ")))" }
    }

    private(set) var functions: [String: Signature] = [:]
    private(set) var enumerators: [String: Int] = [:]
    private var aliases: [String: String] = [:]
    private var fields: [String: [(name: String, type: String)]] = [:]
    private var unions: Set<String> = []

    /// Reads the file beside the library that the tests are linked to.
    init() throws {
        let folder =
            ProcessInfo.processInfo.environment["MARTLET_WASMTIME"]
            ?? URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../.build/lib/martlet").standardized.path
        try self.init(text: String(contentsOfFile: folder + "/_bindings.py", encoding: .utf8))
    }

    init(text: String) {
        var results: [String: String] = [:]
        var current = ""
        var inFields = false
        var next = 0
        for line in text.split(separator: "\n") where !line.hasPrefix("def ") && !line.hasPrefix("    return") {
            if let match = line.wholeMatch(of: /_(\w+)\.restype = (.+)/) {
                results[String(match.1)] = Self.cType(match.2)
            } else if let match = line.wholeMatch(of: /_(\w+)\.argtypes = \[(.*)\]/) {
                functions[String(match.1)] = Signature(
                    result: results[String(match.1)] ?? "?", arguments: Self.split(match.2).map { Self.cType($0) })
            } else if let match = line.wholeMatch(of: /class (\w+)\((?:ctypes\.)?(\w+)\):/) {
                current = String(match.1)
                next = 0
                if match.2 == "Union" { unions.insert(current) }
                fields[current] = fields[current] ?? []
            } else if let match = line.wholeMatch(of: /(\w+)\._fields_ = \[/) {
                current = String(match.1)
                inFields = true
            } else if line.hasSuffix("_fields_ = [") {
                inFields = true
            } else if line.trimmingCharacters(in: .whitespaces) == "]" {
                inFields = false
            } else if inFields, let match = line.wholeMatch(of: /\s+\("(\w+)", (.+)\),/) {
                fields[current, default: []].append((String(match.1), Self.cType(match.2)))
            } else if let match = line.wholeMatch(of: /\s{4}([A-Z]\w+) = (auto\(\)|\d+)/) {
                // The generator begins its C enums at 0, where Python's auto() would begin at 1.
                next = Int(match.2) ?? next
                enumerators[String(match.1)] = next
                next += 1
            } else if let match = line.wholeMatch(of: /(\w+) = ([\w.* ]+|ctypes\.CFUNCTYPE\(.+\))/),
                !match.2.hasPrefix("dll")
            {
                aliases[String(match.1)] = Self.cType(match.2)
            }
        }
    }

    /// `ctypes`' name of a type, as C spells it (without const, as `_bindings.py` has none).
    private static func cType(_ text: Substring) -> String {
        let text = text.trimmingCharacters(in: .whitespaces).replacing("ctypes.", with: "")
        if let match = text.wholeMatch(of: /POINTER\((.+)\)/) { return cType(match.1) + "*" }
        if let match = text.wholeMatch(of: /CFUNCTYPE\((.+)\)/) {
            let types = split(match.1).map { cType($0) }
            return "\(types[0])(*)(\(types.dropFirst().joined(separator: ",")))"
        }
        if let match = text.wholeMatch(of: /(\w+) \* (\d+)/) { return cType(match.1) + "[\(match.2)]" }
        let names = [
            "None": "void", "c_void_p": "void*", "c_bool": "bool", "c_char": "char", "c_int": "int",
            "c_size_t": "size_t", "c_ubyte": "uint8_t", "c_float": "float", "c_double": "double",
        ]
        if let name = names[text] { return name }
        if let match = text.wholeMatch(of: /c_(u?int\d+)/) { return match.1 + "_t" }
        return text
    }

    /// Splits at the commas that no bracket encloses.
    private static func split(_ text: Substring) -> [Substring] {
        var depth = 0
        return text.split { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return character == "," && depth == 0
        }
    }

    /// The type that a chain of aliases ends at.
    func resolved(_ type: String) -> String {
        if type.hasSuffix("*") { return resolved(String(type.dropLast())) + "*" }
        return aliases[type].map { resolved($0) } ?? type
    }

    /// Size and alignment of a type on a 64-bit machine.
    func layout(of type: String) -> (size: Int, alignment: Int) {
        let type = resolved(type)
        if type.hasSuffix("*") || type.contains("(*)") { return (8, 8) }
        if let match = type.wholeMatch(of: /(\w+)\[(\d+)\]/), let count = Int(match.2) {
            let element = layout(of: String(match.1))
            return (element.size * count, element.alignment)
        }
        let scalars = [
            "bool": 1, "char": 1, "int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4,
            "int": 4, "float": 4, "int64_t": 8, "uint64_t": 8, "double": 8, "size_t": 8,
        ]
        if let size = scalars[type] { return (size, size) }
        let members = (fields[type] ?? []).map { layout(of: $0.type) }
        let alignment = members.map(\.alignment).max() ?? 1
        let end =
            unions.contains(type)
            ? members.map(\.size).max() ?? 0
            : members.reduce(0) { roundUp($0, to: $1.alignment) + $1.size }
        return (roundUp(end, to: alignment), alignment)
    }

    /// Where a structure's field lies, in bytes; nil if it has none of that name.
    func offset(of field: String, in type: String) -> Int? {
        let type = resolved(type)
        var end = 0
        for member in fields[type] ?? [] {
            let layout = layout(of: member.type)
            let start = unions.contains(type) ? 0 : roundUp(end, to: layout.alignment)
            if member.name == field { return start }
            end = start + layout.size
        }
        return nil
    }

    private func roundUp(_ value: Int, to alignment: Int) -> Int {
        (value + alignment - 1) / alignment * alignment
    }
}
