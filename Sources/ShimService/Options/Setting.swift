internal import TOMLKit

/// A value of a configuration, read as what it should be.
struct Setting {
    let file: String
    /// Dotted.
    let key: String
    let value: TOMLValue

    func boolean() throws(ConfigurationError) -> Bool {
        guard let value = value.bool else { throw wrong("true or false") }
        return value
    }

    func choice<Choice: RawRepresentable<String>>(_ choices: [Choice]) throws(ConfigurationError) -> Choice {
        guard let text = value.string, let choice = Choice(rawValue: text),
            choices.contains(where: { $0.rawValue == text })
        else { throw wrong("one of \(choices.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))") }
        return choice
    }

    func absolutePath() throws(ConfigurationError) -> String {
        guard let text = value.string, text.hasPrefix("/") else { throw wrong("an absolute path") }
        return text
    }

    /// Bytes: a whole number greater than zero, or a string such as "512MiB".
    func byteCount() throws(ConfigurationError) -> UInt64 {
        guard let count = bytes else {
            throw wrong("bytes as a whole number greater than zero, or a size such as \"512MiB\"")
        }
        return count
    }

    /// - Parameter mebibytes: the most; the least is 64 KiB.
    func byteCount(upToMebibytes mebibytes: UInt64) throws(ConfigurationError) -> UInt64 {
        let count = try byteCount()
        guard (64 << 10...mebibytes << 20).contains(count) else {
            throw wrong("a size from \"64KiB\" to \"\(mebibytes)MiB\"")
        }
        return count
    }

    private var bytes: UInt64? {
        if let text = value.string { return Self.byteCount(of: text) }
        return value.int.flatMap { $0 > 0 ? UInt64($0) : nil }
    }

    private static func byteCount(of text: String) -> UInt64? {
        let units: [(String, UInt64)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("", 1),
        ]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
            let count = UInt64(text.dropLast(unit.count).filter { $0 != " " }), count > 0
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    private func wrong(_ expected: String) -> ConfigurationError {
        ConfigurationError(.badValue, file: file, key: key, "found \(found); expected \(expected)")
    }

    private var found: String {
        switch value.type {
        case .string: value.string.map { "\"\($0)\"" } ?? "a string"
        case .int: value.int.map(String.init) ?? "a whole number"
        case .double: value.double.map { "\($0)" } ?? "a number"
        case .bool: value.bool.map { "\($0)" } ?? "a truth value"
        case .date, .time, .dateTime: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}
