/// Bytes on their way in one direction of a terminal: filled at one end, taken at the other, never more than fit.
struct ConsoleBuffer {
    private(set) var bytes: [UInt8]
    private(set) var start = 0
    private(set) var end = 0

    init(capacity: Int) {
        bytes = [UInt8](repeating: 0, count: capacity)
    }

    var isEmpty: Bool { start == end }
    var hasSpace: Bool { end - start < bytes.count }

    /// Fills the free space by `read`, which answers how many bytes it gave.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) {
        if start > 0 {
            bytes.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
            end -= start
            start = 0
        }
        let used = end
        end += bytes.withUnsafeMutableBytes { max(0, read(UnsafeMutableRawBufferPointer(rebasing: $0[used...]))) }
    }

    /// Lets `write` take bytes; it answers how many it took.
    mutating func drain(_ write: (UnsafeRawBufferPointer) -> Int) {
        let (from, to) = (start, end)
        start += bytes.withUnsafeBytes { max(0, write(UnsafeRawBufferPointer(rebasing: $0[from..<to]))) }
        if start == end { (start, end) = (0, 0) }
    }

    mutating func removeAll() {
        (start, end) = (0, 0)
    }
}
