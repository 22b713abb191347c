/// Reads the values of the binary format one after the other (WebAssembly core specification, 5.1 and 5.2).
struct Cursor {
    private let bytes: [UInt8]
    private(set) var position = 0
    /// Where the bytes begin in the file, for messages.
    private let base: Int

    init(_ bytes: [UInt8], base: Int) {
        self.bytes = bytes
        self.base = base
    }

    var isAtEnd: Bool { position == bytes.count }
    var offset: Int { base + position }
    private var left: Int { bytes.count - position }

    func failure(_ message: String) -> BinaryError { BinaryError(offset: offset, message: message) }

    mutating func byte() throws(BinaryError) -> UInt8 {
        guard position < bytes.count else { throw failure("the section ends within a value") }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next byte, if there is one; it stays the next.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skip(_ count: Int) throws(BinaryError) {
        guard count >= 0, count <= left else { throw failure("the section ends within a value") }
        position += count
    }

    /// LEB128, unsigned.
    mutating func unsigned(bits: Int = 32) throws(BinaryError) -> UInt64 {
        var value: UInt64 = 0
        var shift = 0
        while true {
            let byte = try byte()
            guard shift < bits, shift < 63 || byte & 0x7f <= 1 else { throw failure("a number is too long") }
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// LEB128, signed, of at most 64 bits; its low 64 bits.
    @discardableResult
    mutating func signed() throws(BinaryError) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 70 else { throw failure("a number is too long") }
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            shift += 7
            if byte & 0x80 == 0 {
                if byte & 0x40 != 0, shift < 64 { value |= ~0 << shift }
                return Int64(bitPattern: value)
            }
        }
    }

    /// The number of items that follow, each of a byte at least.
    mutating func count() throws(BinaryError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(left) else { throw failure("\(value) items are said to follow in \(left) bytes") }
        return Int(value)
    }

    mutating func index() throws(BinaryError) -> Int { Int(try unsigned()) }

    mutating func name() throws(BinaryError) -> String {
        let length = try count()
        let text = String(decoding: bytes[position..<(position + length)], as: UTF8.self)
        position += length
        return text
    }

    /// What is left.
    mutating func rest() -> [UInt8] {
        defer { position = bytes.count }
        return Array(bytes[position...])
    }
}
