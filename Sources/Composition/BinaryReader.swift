/// Reads the binary format of components from first to last (WebAssembly core specification 5.2; component model,
/// Binary.md). What is read is an image's, and hostile: nothing is read beyond the end.
struct BinaryReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int
    private let end: Int
    /// How errors name the file.
    let name: String

    /// - Parameters:
    ///   - bytes: of the whole file; borrowed for as long as the reader is used.
    ///   - range: the part that is read.
    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>, name: String) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
        self.name = name
    }

    var isAtEnd: Bool { offset == end }

    func malformed(_ what: String) -> CompositionError {
        CompositionError("\(name) is malformed at byte \(offset): \(what)")
    }

    mutating func byte() throws(CompositionError) -> UInt8 {
        guard offset < end else { throw malformed("it ends too early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// The next byte, which stays.
    func peek() throws(CompositionError) -> UInt8 {
        guard offset < end else { throw malformed("it ends too early") }
        return bytes[offset]
    }

    /// Of 32 bits, in LEB128.
    mutating func number() throws(CompositionError) -> UInt32 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while true {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { break }
            shift += 7
            guard shift < 35 else { throw malformed("a number has more than 32 bits") }
        }
        guard let number = UInt32(exactly: value) else { throw malformed("a number has more than 32 bits") }
        return number
    }

    /// Of 32 bits, in signed LEB128.
    mutating func signedNumber() throws(CompositionError) -> Int32 {
        var (value, shift) = (Int64(0), Int64(0))
        while true {
            let next = try byte()
            value |= Int64(next & 0x7f) << shift
            shift += 7
            if next & 0x80 == 0 {
                if next & 0x40 != 0 { value -= 1 << shift }
                break
            }
            guard shift < 35 else { throw malformed("a number has more than 32 bits") }
        }
        guard let number = Int32(exactly: value) else { throw malformed("a number has more than 32 bits") }
        return number
    }

    /// A range of so many bytes as the number before it says; read over.
    mutating func range() throws(CompositionError) -> Range<Int> {
        let count = Int(try number())
        guard count <= end - offset else {
            throw malformed("\(count) bytes are announced, and \(end - offset) are there")
        }
        defer { offset += count }
        return offset..<offset + count
    }

    mutating func text() throws(CompositionError) -> String {
        let range = try range()
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// What was read since then.
    func bytes(since start: Int) -> Slice<UnsafeRawBufferPointer> { bytes[start..<offset] }

    /// A part of what was read.
    func bytes(in range: Range<Int>) -> Slice<UnsafeRawBufferPointer> { bytes[range] }

    /// Reads a part of the file by itself.
    func part(_ range: Range<Int>) -> Self { Self(bytes, in: range, name: name) }

    mutating func skip(_ count: Int) throws(CompositionError) {
        guard count <= end - offset else { throw malformed("it ends too early") }
        offset += count
    }

    /// How many things follow. Each takes at least a byte.
    mutating func count() throws(CompositionError) -> Int {
        let count = Int(try number())
        guard count <= end - offset else { throw malformed("\(count) things are announced in \(end - offset) bytes") }
        return count
    }
}
