/// Why a text is not JSON.
struct JSONSyntaxError: Error {
    /// With what was found and what would be right.
    let message: String
    /// Both from 1; the column in bytes.
    let line: Int
    let column: Int
}

/// A parser of RFC 8259. As in Go, bytes that are not UTF-8 and lone surrogates become U+FFFD.
struct JSONParser {
    /// How deep arrays and objects may be nested: each level takes stack.
    static let deepest = 200

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.error("the end of the document") }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Takes a byte if it comes next, after blanks.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= Self.deepest else { throw error("no more than \(Self.deepest) levels") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\u{22}"): return .string(try string())
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw error("a value")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONObject {
        position += 1
        var object = JSONObject()
        if take(UInt8(ascii: "}")) { return object }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\u{22}") else { throw error("a key in quotation marks") }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw error("a colon after the key \(key)") }
            object.append(key, try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("a comma or the end of the object") }
        return object
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        position += 1
        var array: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return array }
        repeat {
            array.append(try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("a comma or the end of the array") }
        return array
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let end = position + word.utf8CodeUnitCount
        let text = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(text) else { throw error("\(word)") }
        position = end
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        guard position > start else { throw error("a digit") }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var start = position
        var text = ""
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\u{22}"):
                let tail = String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                return text.isEmpty ? tail : text + tail
            case UInt8(ascii: "\\"):
                text += String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                text.unicodeScalars.append(try escape())
                start = position
            case 0..<0x20: throw error("an escaped control character or the end of the string")
            default: position += 1
            }
        }
        throw error("the end of the string")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let simple: Unicode.Scalar
        switch next {
        case UInt8(ascii: "\u{22}"): simple = "\u{22}"
        case UInt8(ascii: "\\"): simple = "\\"
        case UInt8(ascii: "/"): simple = "/"
        case UInt8(ascii: "b"): simple = "\u{8}"
        case UInt8(ascii: "f"): simple = "\u{c}"
        case UInt8(ascii: "n"): simple = "\n"
        case UInt8(ascii: "r"): simple = "\r"
        case UInt8(ascii: "t"): simple = "\t"
        case UInt8(ascii: "u"):
            position += 1
            return try unicode()
        default: throw error("an escape such as \\n or \\u0041")
        }
        position += 1
        return simple
    }

    private mutating func unicode() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try hexadecimal()
        guard 0xd800..<0xdc00 ~= first, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return Unicode.Scalar(first) ?? "\u{fffd}" }
        let mark = position
        position += 2
        let second = try hexadecimal()
        if 0xdc00..<0xe000 ~= second {
            return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) ?? "\u{fffd}"
        }
        position = mark
        return "\u{fffd}"
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private func error(_ expected: String) -> JSONSyntaxError {
        let lines = bytes[..<position].split(separator: 0x0a, omittingEmptySubsequences: false)
        let found: String
        switch next {
        case nil: found = "the end of the document"
        case .some(let byte) where 0x21..<0x7f ~= byte: found = String(Unicode.Scalar(byte))
        case .some(let byte): found = "the byte \(byte)"
        }
        return JSONSyntaxError(
            message: "expected \(expected), found \(found)", line: lines.count, column: (lines.last?.count ?? 0) + 1)
    }
}
