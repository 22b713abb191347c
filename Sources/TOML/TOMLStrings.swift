/// Strings: basic and literal, of one line and of several.
extension TOMLScanner {
    mutating func string() throws(TOMLError) -> String {
        if starts(with: "\"\"\"") { return try string(quote: UInt8(ascii: "\""), multiline: true) }
        if starts(with: "'''") { return try string(quote: UInt8(ascii: "'"), multiline: true) }
        return try string(quote: peek() ?? UInt8(ascii: "\""), multiline: false)
    }

    private mutating func string(quote: UInt8, multiline: Bool) throws(TOMLError) -> String {
        let start = line
        let isBasic = quote == UInt8(ascii: "\"")
        advance(multiline ? 3 : 1)
        if multiline {
            if peek() == UInt8(ascii: "\r") && peek(1) == UInt8(ascii: "\n") { advance() }
            if peek() == UInt8(ascii: "\n") { advance() }
        }
        var text: [UInt8] = []
        while let next = peek() {
            if next == quote {
                if !multiline {
                    advance()
                    return String(decoding: text, as: UTF8.self)
                }
                if peek(1) == quote && peek(2) == quote {
                    // Up to two quotes may stand right before the three that end it.
                    while peek(3) == quote {
                        text.append(quote)
                        advance()
                    }
                    advance(3)
                    return String(decoding: text, as: UTF8.self)
                }
            }
            if next == UInt8(ascii: "\n") && !multiline { break }
            if next == UInt8(ascii: "\\") && isBasic {
                advance()
                try escape(into: &text, multiline: multiline)
            } else {
                text.append(next)
                advance()
            }
        }
        throw TOMLError(line: start, "the string has no closing quote")
    }

    private mutating func escape(into text: inout [UInt8], multiline: Bool) throws(TOMLError) {
        guard let next = peek() else { throw unexpected("an escape") }
        switch next {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(next)
        case UInt8(ascii: "u"): return try scalar(digits: 4, into: &text)
        case UInt8(ascii: "U"): return try scalar(digits: 8, into: &text)
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t"):
            guard multiline else { throw unexpected("one of b t n f r \" \\ u U after the backslash") }
            _ = take { $0 == UInt8(ascii: " ") || (0x09...0x0d).contains($0) }
            return
        default: throw unexpected("one of b t n f r \" \\ u U after the backslash")
        }
        advance()
    }

    private mutating func scalar(digits: Int, into text: inout [UInt8]) throws(TOMLError) {
        advance()
        var hex = ""
        while hex.count < digits, let next = peek(), Character(Unicode.Scalar(next)).isHexDigit {
            hex.append(Character(Unicode.Scalar(next)))
            advance()
        }
        guard hex.count == digits, let code = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(code) else {
            throw TOMLError(line: line, "found \\u\(hex); expected \(digits) hexadecimal digits of a character")
        }
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
    }
}
