/// Components that are to be made one, in one file: what the runtime hands to the engine in place of a module. It is
/// written without looking into them.
///
///     magic, 8 bytes | count, 4 | for each: length of the name, 4 | length of the component, 8
///     | for each: the name, the component
///
/// All numbers are little-endian.
package enum CompositionFile {
    package static let magic: [UInt8] = [0, 0x77, 0x63, 0x6f, 0x6d, 0x70, 1, 0]

    /// The most components that are taken.
    package static let most = 64

    /// What comes before the first name.
    ///
    /// - Parameter parts: the main one first; sizes in bytes.
    package static func head(_ parts: [(name: String, size: Int)]) -> [UInt8] {
        var head = magic
        append(UInt64(parts.count), bytes: 4, to: &head)
        for part in parts {
            append(UInt64(part.name.utf8.count), bytes: 4, to: &head)
            append(UInt64(part.size), bytes: 8, to: &head)
        }
        return head
    }

    /// The components of such a file. Borrowed.
    package static func parts(
        of file: UnsafeRawBufferPointer
    ) throws(CompositionError) -> [(name: String, bytes: UnsafeRawBufferPointer)] {
        var offset = 0
        func take(_ count: UInt64) throws(CompositionError) -> UnsafeRawBufferPointer {
            guard count <= UInt64(file.count - offset) else {
                throw CompositionError("the components changed while they were read")
            }
            defer { offset += Int(count) }
            return UnsafeRawBufferPointer(rebasing: file[offset..<offset + Int(count)])
        }
        func number(bytes: UInt64) throws(CompositionError) -> UInt64 {
            try take(bytes).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard try take(8).elementsEqual(magic) else { throw CompositionError("found no composition") }
        var sizes: [(name: UInt64, component: UInt64)] = []
        let count = try number(bytes: 4)
        guard count <= most else { throw CompositionError("there are \(count) components: at most \(most) are taken") }
        for _ in 0..<count {
            sizes.append((try number(bytes: 4), try number(bytes: 8)))
        }
        var parts: [(name: String, bytes: UnsafeRawBufferPointer)] = []
        for size in sizes {
            let name = String(decoding: try take(size.name), as: UTF8.self)
            parts.append((name, try take(size.component)))
        }
        return parts
    }

    private static func append(_ number: UInt64, bytes: Int, to head: inout [UInt8]) {
        for byte in 0..<bytes { head.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
    }
}
