/// What a lowered guest prints: whole lines reach the container's output at once, what is left when the guest ends, or the
/// server.
final class LineOutput {
    /// A longer line is cut, in bytes.
    private static let longest = 1 << 20

    private let target: Int32
    // Guarded by the log's lock.
    private var rest: [UInt8] = []

    init(on target: Int32) {
        self.target = target
    }

    /// - Returns: what is to be written now.
    func add(_ bytes: UnsafeRawBufferPointer) -> (lines: [UInt8], target: Int32)? {
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
            rest += bytes
            return rest.count < Self.longest ? nil : takeRest()
        }
        let lines = rest + bytes[...end]
        rest = Array(bytes[(end + 1)...])
        return (lines, target)
    }

    /// What there is of a line, as one.
    func takeRest() -> (lines: [UInt8], target: Int32)? {
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        return (rest + [UInt8(ascii: "\n")], target)
    }
}
