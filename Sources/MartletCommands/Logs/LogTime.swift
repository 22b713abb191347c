internal import Glibc

/// Times as logs and people write them.
enum LogTime {
    /// Nanoseconds since 1970 of a time by RFC 3339, such as `2026-11-30T02:21:33.5+01:00`; nil for anything else.
    static func nanoseconds(_ text: ArraySlice<UInt8>) -> Int64? {
        var rest = text
        func number(_ digits: Int) -> Int32? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            defer { rest = rest.dropFirst(digits) }
            return rest.prefix(digits).reduce(0) { $0 * 10 + Int32($1 - 0x30) }
        }
        func sign(_ expected: String) -> Bool {
            guard let first = rest.first, expected.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), sign("-"), let month = number(2), sign("-"), let day = number(2), sign("Tt "),
            let hour = number(2), sign(":"), let minute = number(2), sign(":"), let second = number(2)
        else { return nil }
        var fraction: Int64 = 0
        if sign(".") {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            fraction = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
            for _ in digits.count..<9 { fraction *= 10 }
            rest = rest.dropFirst(digits.count)
        }
        var offset: Int64 = 0
        if !sign("Zz") {
            let isBehind = rest.first == UInt8(ascii: "-")
            guard sign("+-"), let hours = number(2), sign(":"), let minutes = number(2) else { return nil }
            offset = Int64(hours * 3600 + minutes * 60) * (isBehind ? -1 : 1)
        }
        guard rest.isEmpty, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else {
            return nil
        }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return (Int64(timegm(&parts)) - offset) * 1_000_000_000 + fraction
    }

    /// Nanoseconds of a duration as Go writes it: `90s`, `1h30m`, `1.5h`.
    static func duration(_ text: String) -> Int64? {
        let units: [(String, Double)] = [("ms", 1e6), ("h", 3.6e12), ("m", 6e10), ("s", 1e9)]
        var rest = text[...]
        var sum = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.0) }) else {
                return nil
            }
            rest = rest.dropFirst(unit.0.count)
            sum += number * unit.1
        }
        return text.isEmpty || sum > 1e18 ? nil : Int64(sum)
    }
}
