/// The characters of a document, and the parts of it that know no tables: keys, values, ends of lines.
struct TOMLScanner {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    /// Skips blanks and comments.
    mutating func skipBlank(newlines: Bool) {
        while let next = peek() {
            switch next {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): advance()
            case UInt8(ascii: "\r") where newlines || peek(1) == UInt8(ascii: "\n"): advance()
            case UInt8(ascii: "\n") where newlines: advance()
            case UInt8(ascii: "#"):
                while let inside = peek(), inside != UInt8(ascii: "\n") { advance() }
            default: return
            }
        }
    }

    mutating func expect(_ character: Unicode.Scalar, after what: String) throws(TOMLError) {
        skipBlank(newlines: false)
        guard peek() == UInt8(ascii: character) else {
            throw unexpected("\"\(character)\" after \(what)")
        }
        advance()
    }

    mutating func endOfLine() throws(TOMLError) {
        skipBlank(newlines: false)
        guard let next = peek() else { return }
        guard next == UInt8(ascii: "\n") else { throw unexpected("the end of the line") }
        advance()
    }

    func unexpected(_ expected: String) -> TOMLError {
        guard let found = peek() else { return TOMLError(line: line, "the end was found; expected \(expected)") }
        let shown = found == UInt8(ascii: "\n") ? "the end of the line" : "\"\(Character(Unicode.Scalar(found)))\""
        return TOMLError(line: line, "found \(shown); expected \(expected)")
    }

    // MARK: Keys

    mutating func dottedKey() throws(TOMLError) -> [String] {
        var parts: [String] = []
        while true {
            skipBlank(newlines: false)
            parts.append(try key())
            skipBlank(newlines: false)
            guard peek() == UInt8(ascii: ".") else { return parts }
            advance()
        }
    }

    private mutating func key() throws(TOMLError) -> String {
        if let next = peek(), next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") {
            return try string()
        }
        let key = take(while: Self.isBare)
        guard !key.isEmpty else { throw unexpected("a key") }
        return key
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    mutating func take(while condition: (UInt8) -> Bool) -> String {
        let start = position
        while let next = peek(), condition(next) { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    // MARK: Values

    mutating func value() throws(TOMLError) -> TOMLValue {
        skipBlank(newlines: false)
        switch peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "{"): return .table(try inlineTable())
        default: return try scalar()
        }
    }

    private mutating func array() throws(TOMLError) -> [TOMLValue] {
        var values: [TOMLValue] = []
        advance()
        while true {
            skipBlank(newlines: true)
            if peek() == UInt8(ascii: "]") { break }
            values.append(try value())
            skipBlank(newlines: true)
            if peek() == UInt8(ascii: ",") {
                advance()
            } else if peek() != UInt8(ascii: "]") {
                throw unexpected("\",\" or \"]\" in the array")
            }
        }
        advance()
        return values
    }

    private mutating func inlineTable() throws(TOMLError) -> TOMLTable {
        var table = TableNode()
        advance()
        skipBlank(newlines: false)
        if peek() == UInt8(ascii: "}") {
            advance()
            return [:]
        }
        while true {
            let key = try dottedKey()
            try expect("=", after: "the key \(key.joined(separator: "."))")
            let value = try value()
            guard table.insert(value, under: [], key: key[...]) else {
                throw TOMLError(line: line, "\(key.joined(separator: ".")) is given twice")
            }
            skipBlank(newlines: false)
            if peek() == UInt8(ascii: "}") { break }
            guard peek() == UInt8(ascii: ",") else { throw unexpected("\",\" or \"}\" in the table") }
            advance()
        }
        advance()
        return table.value
    }

    private mutating func scalar() throws(TOMLError) -> TOMLValue {
        let word = take {
            Self.isBare($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":")
        }
        switch word {
        case "": throw unexpected("a value")
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        let digits = word.filter { $0 != "_" }
        let wellFormed = !word.hasPrefix("_") && !word.hasSuffix("_") && !word.contains("__")
        if wellFormed {
            for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
                if let number = Int64(digits.dropFirst(2), radix: radix) { return .integer(number) }
            }
            if let number = Int64(digits), !hasLeadingZero(digits) { return .integer(number) }
            if digits.contains(where: { ".eE".contains($0) }), let number = Double(digits), !hasLeadingZero(digits) {
                return .float(number)
            }
        }
        throw TOMLError(line: line, "found \(word); expected a string in quotes, a number, true or false")
    }

    private func hasLeadingZero(_ digits: String) -> Bool {
        let unsigned = digits.drop { $0 == "+" || $0 == "-" }
        guard unsigned.first == "0", let second = unsigned.dropFirst().first else { return false }
        return second.isNumber
    }
}
