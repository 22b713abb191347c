internal import TOML

/// A value of a configuration, read as what it should be.
struct Setting {
    let file: String
    let key: String
    let value: TOMLValue

    func boolean() throws(ConfigurationError) -> Bool {
        guard case .boolean(let value) = value else { throw wrong("true or false") }
        return value
    }

    func choice<Choice: RawRepresentable<String>>(_ choices: [Choice]) throws(ConfigurationError) -> Choice {
        let names = choices.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        guard case .string(let text) = value else { throw wrong("one of \(names)") }
        guard let choice = choices.first(where: { $0.rawValue == text }) else {
            throw ConfigurationError(.badValue, file: file, key: key, "found \"\(text)\"; expected one of \(names)")
        }
        return choice
    }

    func absolutePath() throws(ConfigurationError) -> String {
        guard case .string(let text) = value else { throw wrong("an absolute path") }
        guard text.hasPrefix("/") else {
            throw ConfigurationError(.badValue, file: file, key: key, "found \"\(text)\"; expected an absolute path")
        }
        return text
    }

    /// Bytes: a whole number, or a string such as "512MiB".
    func byteCount() throws(ConfigurationError) -> UInt64 {
        let units: [(String, UInt64)] = [
            ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("", 1),
        ]
        switch value {
        case .integer(let count) where count > 0: return UInt64(count)
        case .string(let text):
            for (unit, factor) in units where text.hasSuffix(unit) {
                let digits = text.dropLast(unit.count).filter { $0 != " " }
                guard let count = UInt64(digits), count > 0 else { break }
                let (product, overflow) = count.multipliedReportingOverflow(by: factor)
                if !overflow { return product }
            }
            throw ConfigurationError(
                .badValue, file: file, key: key, "found \"\(text)\"; expected a size such as \"512MiB\"")
        default: throw wrong("bytes as a whole number greater than zero, or a size such as \"512MiB\"")
        }
    }

    private func wrong(_ expected: String) -> ConfigurationError {
        ConfigurationError(.badValue, file: file, key: key, "found \(value.kind); expected \(expected)")
    }
}
