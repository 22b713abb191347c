import Foundation

extension HTTPConnection {
    /// A frame of HTTP/2 (RFC 9113, section 4.1).
    struct Frame: Equatable {
        /// The types of section 6 that tests ask for.
        enum Kind {
            static let data: UInt8 = 0
            static let headers: UInt8 = 1
            static let reset: UInt8 = 3
            static let settings: UInt8 = 4
            static let ping: UInt8 = 6
            static let goAway: UInt8 = 7
        }

        var kind: UInt8
        var flags: UInt8 = 0
        var stream: UInt32 = 0
        var payload = Data()

        /// The whole head of a request, in one frame that ends the stream, with no field but those that are needed.
        ///
        /// - Parameter more: of the header block, compressed.
        static func get(_ path: String, stream: UInt32, more: [UInt8] = []) -> Frame {
            // Of the static table: GET, http; then literals under its names of a path and an authority.
            var block: [UInt8] = [0x82, 0x86, 0x04, UInt8(path.utf8.count)] + Array(path.utf8)
            block += [0x01, 1, UInt8(ascii: "a")] + more
            return Frame(kind: Kind.headers, flags: 0x5, stream: stream, payload: Data(block))
        }

        static let acknowledgement: UInt8 = 1
    }

    /// Begins HTTP/2: the preface, and settings without one.
    func beginFrames() throws {
        try write(Data("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        try send(Frame(kind: Frame.Kind.settings))
    }

    func send(_ frame: Frame) throws {
        var bytes = Data()
        for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: frame.payload.count >> shift)) }
        bytes += [frame.kind, frame.flags]
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: frame.stream >> shift)) }
        try write(bytes + frame.payload)
    }

    /// The next frame.
    func frame() throws -> Frame {
        let head = [UInt8](try bytes(9))
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Frame(kind: head[3], flags: head[4], stream: stream, payload: try bytes(length))
    }

    /// The next frame of this kind, and of this stream; those before it are passed over.
    func frame(_ kind: UInt8, stream: UInt32 = 0) throws -> Frame {
        while true {
            let frame = try frame()
            if frame.kind == kind, frame.stream == stream { return frame }
        }
    }
}
