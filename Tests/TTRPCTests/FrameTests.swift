import NIOCore
import Testing

@testable import TTRPC

@Suite struct FrameTests {
    @Test func aHeaderIsTenBytesBigEndian() {
        var buffer = ByteBuffer()
        buffer.writeFrameHeader(
            FrameHeader(length: 0x0001_0203, streamID: 0x0A0B_0C0D, type: .response, flags: [.remoteClosed, .noData]))
        #expect(Array(buffer.readableBytesView) == [0, 1, 2, 3, 0x0A, 0x0B, 0x0C, 0x0D, 2, 5])
        #expect(
            buffer.readFrameHeader()
                == FrameHeader(
                    length: 0x0001_0203, streamID: 0x0A0B_0C0D, type: .response, flags: [.remoteClosed, .noData]))
    }

    @Test func nineBytesAreNoHeaderAndAreNotConsumed() {
        var buffer = ByteBuffer(repeating: 0, count: 9)
        #expect(buffer.readFrameHeader() == nil)
        #expect(buffer.readableBytes == 9)
    }

    @Test func aRequestFrameHasTheBytesOfTheProtocol() throws {
        var request = Ttrpc_Request()
        request.service = "s"
        request.method = "m"
        request.payloadBytes = [7]
        request.timeoutNano = 1
        request.metadata = TTRPCMetadata(dictionaryLiteral: ("k", "v")).wire
        let frame = try ByteBuffer.frame(.request, streamID: 3, message: request, allocator: ByteBufferAllocator())
        #expect(
            Array(frame.readableBytesView) == [
                0, 0, 0, 19, 0, 0, 0, 3, 1, 0,
                0x0A, 1, 0x73,  // service = 1
                0x12, 1, 0x6D,  // method = 2
                0x1A, 1, 7,  // payload = 3
                0x20, 1,  // timeout_nano = 4
                0x2A, 6, 0x0A, 1, 0x6B, 0x12, 1, 0x76,  // metadata = 5 { key = 1, value = 2 }
            ])
    }

    @Test func aResponseFrameHasTheBytesOfTheProtocol() throws {
        let failure = try ByteBuffer.frame(
            .response, streamID: 1, message: Ttrpc_Response(.failure(TTRPCStatus(.notFound, "no"))),
            allocator: ByteBufferAllocator())
        #expect(
            Array(failure.readableBytesView) == [
                0, 0, 0, 8, 0, 0, 0, 1, 2, 0, 0x0A, 6, 0x08, 5, 0x12, 2, 0x6E, 0x6F,
            ])
        let success = try ByteBuffer.frame(
            .response, streamID: 1, message: Ttrpc_Response(.success([9])), allocator: ByteBufferAllocator())
        #expect(Array(success.readableBytesView) == [0, 0, 0, 3, 0, 0, 0, 1, 2, 0, 0x12, 1, 9])
    }

    @Test func framesAreCutFromAStreamThatArrivesByteByByte() {
        let stream: [UInt8] = [0, 0, 0, 2, 0, 0, 0, 1, 1, 0, 8, 9] + [0, 0, 0, 0, 0, 0, 0, 3, 9, 0xFF]
        var decoder = FrameDecoder()
        var frames: [InboundFrame] = []
        for byte in stream {
            decoder.append(ByteBuffer(bytes: [byte]))
            while let frame = decoder.next() {
                frames.append(frame)
            }
        }
        #expect(frames == Self.twoFrames)
    }

    @Test func framesThatArriveTogetherAreCutApart() {
        var decoder = FrameDecoder()
        decoder.append(
            ByteBuffer(bytes: [0, 0, 0, 2, 0, 0, 0, 1, 1, 0, 8, 9] + [0, 0, 0, 0, 0, 0, 0, 3, 9, 0xFF]))
        #expect([decoder.next(), decoder.next()] == Self.twoFrames)
        #expect(decoder.next() == nil)
    }

    @Test func aMessageOfJustFourMegabytesIsTaken() {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: [0, 0x40, 0, 0, 0, 0, 0, 1, 1, 0]))
        decoder.append(ByteBuffer(repeating: 7, count: 4 << 20))
        guard case .whole(let header, let message) = decoder.next() else {
            Issue.record("no frame")
            return
        }
        #expect(header.length == 4 << 20)
        #expect(message.count == 4 << 20)
    }

    @Test func anOversizedMessageIsDroppedAndTheNextFrameIsFound() {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: [0, 0x40, 0, 1, 0, 0, 0, 5, 1, 0]))
        #expect(decoder.next() == nil)
        decoder.append(ByteBuffer(repeating: 7, count: 4 << 20))
        #expect(decoder.next() == nil)
        decoder.append(ByteBuffer(bytes: [7] + [0, 0, 0, 1, 0, 0, 0, 7, 1, 0, 8]))
        #expect(
            decoder.next() == .oversized(FrameHeader(length: (4 << 20) + 1, streamID: 5, type: .request, flags: [])))
        #expect(
            decoder.next()
                == .whole(FrameHeader(length: 1, streamID: 7, type: .request, flags: []), message: [8]))
    }

    @Test func aMessageOverTheLimitIsNotFramed() throws {
        let response = Ttrpc_Response(.success([UInt8](repeating: 0, count: 4 << 20)))
        let error = #expect(throws: TTRPCStatus.self) {
            try ByteBuffer.frame(.response, streamID: 1, message: response, allocator: ByteBufferAllocator())
        }
        #expect(error?.code == .resourceExhausted)
    }

    private static let twoFrames: [InboundFrame?] = [
        .whole(FrameHeader(length: 2, streamID: 1, type: .request, flags: []), message: [8, 9]),
        .whole(
            FrameHeader(length: 0, streamID: 3, type: FrameType(rawValue: 9), flags: FrameFlags(rawValue: 0xFF)),
            message: []),
    ]
}
