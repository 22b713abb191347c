internal import NIOCore

/// A body, or what has come of it, in the pieces that it came in; small ones are put together.
package struct CollectedBody: Sendable {
    /// A smaller piece is copied: it would keep a whole buffer.
    private static let smallest = 16 << 10

    private var pieces: [ByteBuffer] = []
    /// Whether the last piece is no other's.
    private var endsInOwn = false
    package private(set) var count = 0

    mutating func append(_ bytes: ByteBuffer) {
        count += bytes.readableBytes
        let isLarge = bytes.readableBytes >= Self.smallest && bytes.storageCapacity <= 2 * bytes.readableBytes
        if isLarge {
            pieces.append(bytes)
        } else if endsInOwn {
            pieces[pieces.count - 1].writeImmutableBuffer(bytes)
        } else {
            var own = ByteBuffer()
            own.writeImmutableBuffer(bytes)
            pieces.append(own)
        }
        endsInOwn = !isLarge
    }

    /// All of it in one.
    var whole: ByteBuffer {
        if pieces.count == 1 { return pieces[0] }
        var whole = ByteBuffer()
        whole.reserveCapacity(count)
        for piece in pieces { whole.writeImmutableBuffer(piece) }
        return whole
    }

    /// Borrows the bytes for the length of the call.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        whole.withUnsafeReadableBytes(body)
    }

    /// Where one reads it that reads it in pieces.
    package struct Position: Sendable {
        fileprivate var piece = 0
        fileprivate var offset = 0

        package init() {}

        fileprivate init(piece: Int) {
            self.piece = piece
        }
    }

    /// Borrows the bytes from a position to the end of a piece, for the length of the call.
    ///
    /// - Parameters:
    ///   - position: moved behind them.
    ///   - most: how many there are at the most.
    /// - Returns: nil at the end.
    package func next<Result>(
        _ position: inout Position, most: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard position.piece < pieces.count else { return nil }
        return pieces[position.piece].withUnsafeReadableBytes { bytes in
            let next = UnsafeRawBufferPointer(rebasing: bytes[position.offset...].prefix(most))
            position.offset += next.count
            if position.offset == bytes.count { position = Position(piece: position.piece + 1) }
            return body(next)
        }
    }
}
