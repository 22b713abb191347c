/// Reads types as text, as the text format has them (core specification, 5.3, with the types of garbage collection).
struct TypeReader {
    /// Which proposals the types come from.
    private(set) var features: Set<String> = []

    mutating func valueType(_ cursor: inout Cursor) throws(BinaryError) -> String {
        let code = try cursor.byte()
        if let name = Self.numbers[code] {
            if name == "v128" { features.insert("simd128") }
            return name
        }
        switch code {
        case 0x63: return "(ref null \(try heapType(&cursor)))"
        case 0x64: return "(ref \(try heapType(&cursor)))"
        default:
            guard let name = Self.heaps[code] else { throw cursor.failure("0x\(String(code, radix: 16)) is no type") }
            note(name)
            return "\(name)ref"
        }
    }

    private mutating func heapType(_ cursor: inout Cursor) throws(BinaryError) -> String {
        features.insert("function-references")
        if let code = cursor.next, let name = Self.heaps[code] {
            _ = try cursor.byte()
            note(name)
            return name
        }
        return "$\(try cursor.signed())"
    }

    private mutating func note(_ heap: String) {
        switch heap {
        case "func": break
        case "extern": features.insert("reference-types")
        case "exn", "noexn": features.insert("exception-handling")
        default: features.insert("gc")
        }
    }

    private static let numbers: [UInt8: String] = [0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64", 0x7b: "v128"]
    private static let heaps: [UInt8: String] = [
        0x70: "func", 0x6f: "extern", 0x6e: "any", 0x6d: "eq", 0x6c: "i31", 0x6b: "struct", 0x6a: "array", 0x69: "exn",
        0x71: "none", 0x72: "noextern", 0x73: "nofunc", 0x74: "noexn",
    ]

    /// The type section: one text for each index, which only functions need.
    mutating func types(_ cursor: inout Cursor) throws(BinaryError) -> [String] {
        var found: [String] = []
        for _ in 0..<(try cursor.count()) {
            if cursor.next == 0x4e {
                _ = try cursor.byte()
                features.insert("gc")
                for _ in 0..<(try cursor.count()) { found.append(try subType(&cursor)) }
            } else {
                found.append(try subType(&cursor))
            }
        }
        return found
    }

    private mutating func subType(_ cursor: inout Cursor) throws(BinaryError) -> String {
        if cursor.next == 0x50 || cursor.next == 0x4f {
            _ = try cursor.byte()
            features.insert("gc")
            for _ in 0..<(try cursor.count()) { _ = try cursor.index() }
        }
        switch try cursor.byte() {
        case 0x60:
            let parameters = try valueTypes(&cursor)
            let results = try valueTypes(&cursor)
            if results.count > 1 { features.insert("multivalue") }
            let arrow =
                switch results.count {
                case 0: ""
                case 1: " -> \(results[0])"
                default: " -> (\(results.joined(separator: ", ")))"
                }
            return "func (\(parameters.joined(separator: ", ")))\(arrow)"
        case 0x5f:
            features.insert("gc")
            for _ in 0..<(try cursor.count()) { try field(&cursor) }
            return "struct"
        case 0x5e:
            features.insert("gc")
            try field(&cursor)
            return "array"
        case let code: throw cursor.failure("0x\(String(code, radix: 16)) begins no type")
        }
    }

    private mutating func field(_ cursor: inout Cursor) throws(BinaryError) {
        // Packed types stand only here.
        if cursor.next == 0x78 || cursor.next == 0x77 { _ = try cursor.byte() } else { _ = try valueType(&cursor) }
        _ = try cursor.byte()
    }

    private mutating func valueTypes(_ cursor: inout Cursor) throws(BinaryError) -> [String] {
        var found: [String] = []
        for _ in 0..<(try cursor.count()) { found.append(try valueType(&cursor)) }
        return found
    }

    struct Limits {
        var initial: UInt64
        var maximum: UInt64?
        var isShared: Bool
        var is64: Bool
        /// The base-2 logarithm of a page's size in bytes.
        var pageShift: UInt64 = 16
    }

    mutating func limits(_ cursor: inout Cursor) throws(BinaryError) -> Limits {
        let flags = try cursor.byte()
        guard flags & 0xf0 == 0 else { throw cursor.failure("limits of kind \(flags) are not known") }
        let initial = try cursor.unsigned(bits: 64)
        let maximum = flags & 1 != 0 ? try cursor.unsigned(bits: 64) : nil
        var limits = Limits(initial: initial, maximum: maximum, isShared: flags & 2 != 0, is64: flags & 4 != 0)
        if limits.isShared { features.insert("threads") }
        if limits.is64 { features.insert("memory64") }
        if flags & 8 != 0 {
            limits.pageShift = try cursor.unsigned()
            features.insert("custom-page-sizes")
        }
        return limits
    }

    mutating func memory(_ cursor: inout Cursor) throws(BinaryError) -> ModuleOutline.Memory {
        let limits = try limits(&cursor)
        func bytes(_ pages: UInt64) -> UInt64 {
            let (bytes, overflow) = pages.multipliedReportingOverflow(by: 1 << min(limits.pageShift, 16))
            return overflow ? .max : bytes
        }
        return ModuleOutline.Memory(
            initial: bytes(limits.initial), maximum: limits.maximum.map(bytes), is64: limits.is64,
            isShared: limits.isShared)
    }

    mutating func table(_ cursor: inout Cursor) throws(BinaryError) -> ModuleOutline.Table {
        let elements = try valueType(&cursor)
        let limits = try limits(&cursor)
        return ModuleOutline.Table(initial: limits.initial, maximum: limits.maximum, elements: elements)
    }

    mutating func global(_ cursor: inout Cursor) throws(BinaryError) -> String {
        let type = try valueType(&cursor)
        return try cursor.byte() & 1 == 1 ? "global (mut \(type))" : "global \(type)"
    }
}
