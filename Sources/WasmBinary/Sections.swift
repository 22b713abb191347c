/// A section of a module or component: its number, and where its content lies.
struct Section {
    let id: UInt8
    let content: ByteRange
}

extension ByteRange {
    /// The first bytes of all files of the format.
    static let magic: [UInt8] = [0, 0x61, 0x73, 0x6d]
    /// With version and layer (core specification, 5.5.16; component model, Binary.md).
    static let preambleLength = 8

    /// Whether it begins as a core module does; nil: as neither a module nor a component of a version that there is.
    func isCoreModule() throws(BinaryError) -> Bool? {
        let head = try read(atMost: Self.preambleLength)
        guard head.count == Self.preambleLength, head.starts(with: Self.magic) else { return nil }
        switch (head[4], head[5], head[6], head[7]) {
        case (1, 0, 0, 0): return true
        case (0x0d, 0, 1, 0): return false
        default: return nil
        }
    }

    /// The sections after the preamble, in order.
    func sections() throws(BinaryError) -> [Section] {
        var found: [Section] = []
        var place = start + Self.preambleLength
        while place < end {
            var head = Cursor(try part(from: place, to: end).read(atMost: 6), base: place)
            let id = try head.byte()
            let length = Int(try head.unsigned())
            let content = place + head.position
            guard length <= end - content else {
                throw BinaryError(
                    offset: place,
                    message:
                        "section \(id) is said to have \(length) bytes, and \(end - content) are left: it is truncated")
            }
            found.append(Section(id: id, content: part(from: content, to: content + length)))
            place = content + length
        }
        return found
    }
}
