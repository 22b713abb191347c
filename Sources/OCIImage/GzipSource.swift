internal import CZlib

/// Decompresses gzip (RFC 1952), also of several members, as they come.
struct GzipSource: ByteSource {
    private var source: any ByteSource
    private let stream: Stream
    private let name: String
    private var isAtEnd = false

    /// zlib's state and the compressed bytes that it has not taken: it points into both.
    private final class Stream {
        // Allocated, since zlib keeps its address.
        let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

        init() {
            state.initialize(to: z_stream())
        }

        deinit {
            inflateEnd(state)
            state.deallocate()
            input.deallocate()
        }
    }

    /// - Parameter name: how errors name it.
    init(_ source: any ByteSource, name: String) throws {
        self.source = source
        self.name = name
        stream = Stream()
        // 15: the largest window; and 16: gzip, not zlib.
        let result = inflateInit2_(stream.state, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else { throw ImageError(.malformed, name, "zlib can't be used: error \(result)") }
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while !isAtEnd {
            if stream.state.pointee.avail_in == 0 {
                let count = try source.read(into: stream.input)
                guard count > 0 else { throw ImageError(.malformed, name, "the compressed data end too early") }
                stream.state.pointee.next_in = stream.input.bindMemory(to: UInt8.self).baseAddress
                stream.state.pointee.avail_in = UInt32(count)
            }
            stream.state.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
            stream.state.pointee.avail_out = UInt32(clamping: buffer.count)
            let room = stream.state.pointee.avail_out
            let result = inflate(stream.state, Z_NO_FLUSH)
            let count = Int(room - stream.state.pointee.avail_out)
            switch result {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: try beginNextMember()
            default: throw ImageError(.malformed, name, "it is no right gzip: zlib's error \(result)")
            }
            if count > 0 { return count }
        }
        return 0
    }

    private mutating func beginNextMember() throws {
        if stream.state.pointee.avail_in == 0 {
            let count = try source.read(into: stream.input)
            guard count > 0 else {
                isAtEnd = true
                return
            }
            stream.state.pointee.next_in = stream.input.bindMemory(to: UInt8.self).baseAddress
            stream.state.pointee.avail_in = UInt32(count)
        }
        inflateReset(stream.state)
    }
}
