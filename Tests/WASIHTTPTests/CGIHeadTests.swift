import NIOCore
import Testing

@testable import WASIHTTP

@Suite struct CGIHeadTests {
    private typealias Head = (status: UInt16, fields: FieldList)

    /// The head, and what follows it.
    private func read(_ pieces: String..., limit: Int = 1000) throws -> (Head?, rest: String) {
        var head = CGIHead(limit: limit)
        for (index, piece) in pieces.enumerated() {
            var bytes = ByteBuffer(string: piece)
            if let found = try head.take(&bytes) {
                return (found, String(buffer: bytes) + pieces.dropFirst(index + 1).joined())
            }
            #expect(bytes.readableBytes == 0)
        }
        return (nil, "")
    }

    @Test(arguments: ["\n", "\r\n"])
    func linesEndEitherWay(end: String) throws {
        let lines = ["content-TYPE:  text/html \t", "X-A: b: c", "X-Empty:", "Status: 404 Not Found", "", "body\n\n"]
        let (head, rest) = try read(lines.joined(separator: end))
        #expect(head?.status == 404 && rest == "body\n\n")
        #expect(head?.fields.entries.map(\.name) == ["content-type", "x-a", "x-empty"])
        #expect(head?.fields.entries.map { String(decoding: $0.value, as: UTF8.self) } == ["text/html", "b: c", ""])
    }

    @Test func itMayComeByteByByte() throws {
        let text = "Status: 201\r\nX: y\r\n\r\nbody"
        var head = CGIHead(limit: 100)
        var found: Head?
        var count = 0
        for byte in text.utf8 where found == nil {
            var bytes = ByteBuffer(bytes: [byte])
            found = try head.take(&bytes)
            count += 1
        }
        #expect(found?.status == 201 && count == text.utf8.count - 4)
    }

    @Test func withoutAStatusItIsOneOfTwo() throws {
        #expect(try read("Content-Type: a/b\n\n").0?.status == 200)
        #expect(try read("Location: /x\n\n").0?.status == 302)
        #expect(try read("Location: /x\nStatus: 307\n\n").0?.status == 307)
    }

    @Test(arguments: [
        "\n", "X: y\n\n", "no field\n\n", " folded: a\n\n", "Status: 100\n\n", "Status: 2000\n\n", "Status:\n\n",
        "Status: 200\nStatus: 200\n\n", "Transfer-Encoding: chunked\nStatus: 200\n\n", "a b: c\nStatus: 200\n\n",
        "Content-Type: \u{0}\n\n",
    ])
    func whatIsNoHeadIsRefused(text: String) {
        #expect(throws: CGIHead.Invalid.self) { try read(text) }
    }

    @Test func itHasALimit() throws {
        let text = "Content-Type: a/b\n\n"
        #expect(try read(text + "body", limit: text.utf8.count).0?.status == 200)
        #expect(throws: CGIHead.Invalid.self) { try read(text, limit: text.utf8.count - 1) }
        #expect(throws: CGIHead.Invalid.self) { try read("x", "y", "z", limit: 2) }
    }
}
