import NIOCore
import Testing

@testable import WASIHTTP

struct CollectedBodyTests {
    private func bytes(_ count: Int, of byte: UInt8) -> ByteBuffer { ByteBuffer(repeating: byte, count: count) }

    private func pieces(_ body: CollectedBody, most: Int = .max) -> [[UInt8]] {
        var position = CollectedBody.Position()
        var pieces: [[UInt8]] = []
        while let piece = body.next(&position, most: most, { Array($0) }) { pieces.append(piece) }
        return pieces
    }

    @Test func largePiecesStayAsTheyCameAndSmallOnesArePutTogether() {
        var body = CollectedBody()
        for (count, byte) in [(3, 1), (4, 2), (1 << 16, 3), (5, 4)] as [(Int, UInt8)] {
            body.append(bytes(count, of: byte))
        }
        #expect(body.count == 12 + 1 << 16)
        #expect(pieces(body).map(\.count) == [7, 1 << 16, 5])
        #expect(body.withBytes { Array($0) } == pieces(body).flatMap { $0 })
        #expect(body.whole.readableBytes == body.count)
    }

    @Test func aPieceIsReadInAsManyStepsAsOneLikes() {
        var body = CollectedBody()
        body.append(bytes(5, of: 1))
        body.append(bytes(1 << 16, of: 2))
        #expect(pieces(body, most: 3).prefix(3).map(\.count) == [3, 2, 3])
        #expect(pieces(body, most: 3).joined().count == body.count)
        #expect(pieces(CollectedBody()).isEmpty)
    }

    /// A client may send a byte at a time: what is kept is no more than what was sent.
    @Test func noPieceKeepsAnotherBuffer() {
        let large = bytes(1 << 16, of: 1)
        var body = CollectedBody()
        for index in 0..<1000 { body.append(large.getSlice(at: index, length: 17 << 10) ?? ByteBuffer()) }
        #expect(pieces(body).count < 1000)
        #expect(body.count == 1000 * 17 << 10)
    }
}
