/// Readers of the few formats that cgroup files have (cgroup-v2.rst, "Interface Files").
extension CgroupDirectory {
    /// A number, or `max`, which is `UInt64.max`.
    func number(_ name: String) throws(CgroupError) -> UInt64 {
        try parseNumber(try read(name), name)
    }

    func numberIfPresent(_ name: String) throws(CgroupError) -> UInt64? {
        guard let text = try readIfPresent(name) else { return nil }
        return try parseNumber(text, name)
    }

    /// `key value` lines.
    func flatKeyed(_ name: String) throws(CgroupError) -> [Substring: UInt64] {
        parseFlatKeyed(try read(name))
    }

    func flatKeyedIfPresent(_ name: String) throws(CgroupError) -> [Substring: UInt64]? {
        try readIfPresent(name).map(parseFlatKeyed)
    }

    private func parseNumber(_ text: String, _ name: String) throws(CgroupError) -> UInt64 {
        let value = trimmed(text)
        if value == "max" { return .max }
        if let number = UInt64(value) { return number }
        // Old kernels print "no limit" as -1 in places.
        if value == "-1" { return .max }
        throw .malformed(file(name), value)
    }
}

private func parseFlatKeyed(_ text: String) -> [Substring: UInt64] {
    var values: [Substring: UInt64] = [:]
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: " ")
        if parts.count == 2, let value = UInt64(parts[1]) { values[parts[0]] = value }
    }
    return values
}

/// `head key=value key=value…` lines; a value of `max` is `UInt64.max`.
func parseNestedKeyed(_ text: String) -> [(head: Substring, values: [Substring: UInt64])] {
    text.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: " ")
        guard let head = parts.first else { return nil }
        var values: [Substring: UInt64] = [:]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let value = part[part.index(after: equals)...]
            values[part[..<equals]] = value == "max" ? .max : UInt64(value)
        }
        return (head, values)
    }
}

/// `major:minor`.
func parseDeviceNumber(_ text: Substring) -> (major: UInt64, minor: UInt64)? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let major = UInt64(parts[0]), let minor = UInt64(parts[1]) else { return nil }
    return (major, minor)
}

/// Without the white space around it.
func trimmed(_ text: String) -> Substring {
    var slice = text[...]
    while let last = slice.last, last.isWhitespace { slice.removeLast() }
    while let first = slice.first, first.isWhitespace { slice.removeFirst() }
    return slice
}

extension Optional where Wrapped: FixedWidthInteger {
    /// In the specification's resources zero stands for "not set", as in Go.
    var unlessZero: Wrapped? { self == 0 ? nil : self }
}
