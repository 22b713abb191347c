import NIOCore
import NIOHPACK
import NIOHTTP2
import Testing

@testable import GRPC

struct AnswerReaderTests {
    private let call = GRPCCall(socket: "/none", service: "test.Service", method: "Method", message: [], seconds: 1)

    private func headers(_ fields: HPACKHeaders, last: Bool = false) -> HTTP2Frame.FramePayload {
        .headers(.init(headers: fields, endStream: last))
    }

    private func data(_ bytes: [UInt8], last: Bool = false) -> HTTP2Frame.FramePayload {
        .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: last))
    }

    @Test func messagesAreWholeHoweverFramesCutThem() throws {
        let bytes: [UInt8] = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9]
        for size in 1...bytes.count {
            var reader = AnswerReader()
            reader.take(headers([":status": "200"]))
            var messages: [[UInt8]] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                reader.take(data(Array(bytes[start..<min(bytes.count, start + size)])))
                while let message = try reader.next() { messages.append(Array(message.readableBytesView)) }
            }
            reader.take(headers(["grpc-status": "0"], last: true))
            #expect(messages == [[1, 2, 3], [], [9]], "frames of \(size)")
            #expect(reader.isAtEnd && reader.failure(of: call) == nil)
        }
    }

    @Test func anErrorAfterMessagesIsTold() throws {
        var reader = AnswerReader()
        reader.take(headers([":status": "200"]))
        reader.take(data([0, 0, 0, 0, 0]))
        #expect(try reader.next() != nil)
        reader.take(headers(["grpc-status": "5", "grpc-message": "no 100%25"], last: true))
        let failure = reader.failure(of: call)
        #expect(failure?.code == 5 && failure?.message == "no 100%")
    }

    @Test func anAnswerOfHeadersAloneIsItsStatus() {
        var reader = AnswerReader()
        reader.take(headers([":status": "200", "grpc-status": "14"], last: true))
        #expect(reader.failure(of: call)?.isSilence == true)
        var other = AnswerReader()
        other.take(headers([":status": "502"], last: true))
        #expect(other.failure(of: call)?.message.contains("502") == true)
    }

    @Test func anAnswerThatEndsWithinAMessageIsNone() throws {
        var reader = AnswerReader()
        reader.take(headers([":status": "200"]))
        reader.take(data([0, 0, 0, 0, 3, 1]))
        #expect(try reader.next() == nil)
        reader.take(headers(["grpc-status": "0"], last: true))
        #expect(reader.failure(of: call) != nil)
    }

    @Test(arguments: [[1, 0, 0, 0, 0], [0, 0xff, 0, 0, 0]] as [[UInt8]])
    func aCompressedOrHugeMessageIsRefused(bytes: [UInt8]) {
        var reader = AnswerReader()
        reader.take(data(bytes))
        #expect(throws: AnswerReader.Malformed.self) { try reader.next() }
    }
}
