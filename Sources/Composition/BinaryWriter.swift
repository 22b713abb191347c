/// Bytes of the binary format that are being written.
struct BinaryWriter {
    private(set) var bytes: [UInt8] = []

    /// Begins again, in the same memory.
    mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ more: some Collection<UInt8>) { bytes += more }

    /// In LEB128.
    mutating func number(_ value: UInt32) { number(value, lastBelow: 0x80) }

    /// In signed LEB128, which where a type may be a primitive one tells it from these: they are negative.
    mutating func signedNumber(_ value: UInt32) { number(value, lastBelow: 0x40) }

    /// - Parameter limit: what the last byte, which has the sign if there is one, is below.
    private mutating func number(_ value: UInt32, lastBelow limit: UInt32) {
        var rest = value
        while rest >= limit {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func text(_ text: String) {
        number(UInt32(text.utf8.count))
        bytes += text.utf8
    }

    mutating func section(_ id: SectionID, _ content: some Collection<UInt8>) { section(id.rawValue, content) }

    /// Of things, after their number.
    mutating func section(_ id: UInt8, count: UInt32, _ content: [UInt8]) {
        var head = BinaryWriter()
        head.number(count)
        byte(id)
        number(UInt32(head.bytes.count + content.count))
        bytes += head.bytes
        bytes += content
    }

    mutating func section(_ id: UInt8, _ content: some Collection<UInt8>) {
        byte(id)
        number(UInt32(content.count))
        bytes += content
    }
}

/// The sections of a component that are read or written here.
enum SectionID: UInt8 {
    case component = 4
    case instance = 5
    case alias = 6
    case type = 7
    case `import` = 10
    case export = 11
}

/// What an index of a component counts, as far as components can have it from each other.
enum Sort: UInt8 {
    case function = 1
    case type = 3
    case component = 4
    case instance = 5
}
