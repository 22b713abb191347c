internal import NIOCore
internal import SwiftProtobuf

/// One ttrpc frame is a header of ten bytes, then the message.
///
/// Header, big-endian: length of the message (u32), stream id (u32), type (u8), flags (u8).
/// Source: PROTOCOL.md of ttrpc, "Message Frame".
enum Frame {
    /// Bytes of the header.
    static let headerLength = 10
    /// Most bytes that a message may have: 4 MiB. The header is not counted.
    static let maximumLength = 4 << 20
}

/// What a message is for. Types that the protocol does not name are kept: they are ignored, not refused.
struct FrameType: RawRepresentable, Hashable, Sendable {
    var rawValue: UInt8

    static let request = FrameType(rawValue: 1)
    static let response = FrameType(rawValue: 2)
    static let data = FrameType(rawValue: 3)
}

/// The flags of a header; what they mean depends on the type.
struct FrameFlags: OptionSet, Hashable, Sendable {
    var rawValue: UInt8

    /// The sender sends no more on this stream, which is not a unary call.
    static let remoteClosed = FrameFlags(rawValue: 0x1)
    /// The sender goes on sending on this stream, which is not a unary call.
    static let remoteOpen = FrameFlags(rawValue: 0x2)
    /// The data frame carries no message.
    static let noData = FrameFlags(rawValue: 0x4)
}

/// The header in front of each message.
struct FrameHeader: Hashable, Sendable {
    /// Bytes of the message that follows.
    var length: UInt32
    /// The call: odd for those that clients start, and growing.
    var streamID: UInt32
    var type: FrameType
    var flags: FrameFlags
}

extension ByteBuffer {
    /// Reads a header; nil, and nothing read, when fewer than ten bytes are there.
    mutating func readFrameHeader() -> FrameHeader? {
        guard
            let (length, streamID, type, flags) = self.readMultipleIntegers(
                as: (UInt32, UInt32, UInt8, UInt8).self)
        else { return nil }
        return FrameHeader(
            length: length, streamID: streamID, type: FrameType(rawValue: type), flags: FrameFlags(rawValue: flags))
    }

    /// Appends a header.
    mutating func writeFrameHeader(_ header: FrameHeader) {
        self.writeMultipleIntegers(header.length, header.streamID, header.type.rawValue, header.flags.rawValue)
    }

    /// A whole frame without flags, in a buffer of just its size; throws `TTRPCStatus` (ResourceExhausted) when the
    /// message is over the limit.
    static func frame(
        _ type: FrameType, streamID: UInt32, message: some Message, allocator: ByteBufferAllocator
    ) throws -> ByteBuffer {
        let bytes: [UInt8] = try message.serializedBytes()
        guard bytes.count <= Frame.maximumLength else {
            throw TTRPCStatus.oversized(bytes.count)
        }
        var buffer = allocator.buffer(capacity: Frame.headerLength + bytes.count)
        buffer.writeFrameHeader(
            FrameHeader(length: UInt32(bytes.count), streamID: streamID, type: type, flags: []))
        buffer.writeBytes(bytes)
        return buffer
    }
}
