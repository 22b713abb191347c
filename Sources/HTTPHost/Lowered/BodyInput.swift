internal import CLinux
internal import Glibc
internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// `input-stream` over the body of the request that is served, or of a response to a request of the guest's own, or over
/// a file.
final class BodyInput {
    enum Source {
        case request(Exchange)
        case response(SentRequest, BodySocket)
        case file(FileInput)
    }

    enum Outcome {
        case bytes(CoreList)
        case skipped(UInt64)
        case closed
        /// It was broken off.
        case failed(StreamError)
    }

    /// Bytes that are given at once.
    private static let most = 1 << 20

    private let source: Source
    /// What was read of a body that was collected.
    private var position = CollectedBody.Position()

    init(_ source: Source) {
        self.source = source
    }

    /// What can be polled; nil if there is something, or never will be.
    var descriptor: Int32? {
        if case .pipe(let end) = body { end } else { nil }
    }

    private var body: RequestBody {
        switch source {
        case .request(let exchange): exchange.body
        case .response(_, let socket): .pipe(socket.end)
        case .file: .none
        }
    }

    /// What there is when nothing more comes.
    private var end: Outcome {
        switch source {
        case .request(let exchange):
            guard case .failed(let code) = exchange.requestBodyEnd else { return .closed }
            return .failed(StreamError("the client broke the request off", OutgoingFailure(code)))
        case .response(let sent, _):
            guard case .failed(let failure) = sent.call.bodyEnd else { return .closed }
            return .failed(StreamError("the response was broken off", failure))
        case .file: return .closed
        }
    }

    /// Reads what there is.
    ///
    /// - Parameters:
    ///   - count: the most bytes that are wanted.
    ///   - isSkipped: whether nobody wants the bytes themselves.
    func read(_ count: UInt64, _ call: CoreCall, isSkipped: Bool = false) throws(EngineError) -> Outcome {
        if case .file(let file) = source {
            return try file.read(count) { (piece) throws(EngineError) in
                isSkipped ? .skipped(UInt64(piece.count)) : .bytes(try call.give(piece))
            }
        }
        let most = Int(clamping: min(count, UInt64(Self.most)))
        switch body {
        case .none: return .closed
        case .collected(let body):
            let result: Result<Outcome, EngineError>? = body.next(&position, most: most) { piece in
                Result { () throws(EngineError) in
                    isSkipped ? .skipped(UInt64(piece.count)) : .bytes(try call.give(piece))
                }
            }
            return try result?.get() ?? .closed
        case .pipe(let end): return try read(most, from: end, call, isSkipped: isSkipped)
        }
    }

    /// Gives what there is to somebody else than the guest.
    func splice(
        _ count: UInt64, _ give: (UnsafeRawBufferPointer) throws(EngineError) -> Void
    ) throws(EngineError) -> Outcome {
        // As the engine's streams have it: there is no look at the input then.
        guard count > 0 else { return .skipped(0) }
        if case .file(let file) = source {
            return try file.read(count) { (piece) throws(EngineError) in
                try give(piece)
                return .skipped(UInt64(piece.count))
            }
        }
        switch body {
        case .none: return .closed
        case .collected(let body):
            let result: Result<Outcome, EngineError>? = body.next(&position, most: Int(clamping: count)) { piece in
                Result { () throws(EngineError) in
                    try give(piece)
                    return .skipped(UInt64(piece.count))
                }
            }
            return try result?.get() ?? .closed
        case .pipe(let end):
            var polled = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { return .skipped(0) }
            var bytes = [UInt8](repeating: 0, count: Int(min(count, 64 << 10)))
            let read = bytes.withUnsafeMutableBytes { Glibc.read(end, $0.baseAddress, $0.count) }
            guard read > 0 else { return self.end }
            let result: Result<Void, EngineError> = bytes.withUnsafeBytes { bytes in
                Result { () throws(EngineError) in try give(UnsafeRawBufferPointer(rebasing: bytes[..<read])) }
            }
            try result.get()
            return .skipped(UInt64(read))
        }
    }

    private func read(
        _ most: Int, from end: Int32, _ call: CoreCall, isSkipped: Bool
    ) throws(EngineError) -> Outcome {
        var polled = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
        let nothing = isSkipped ? Outcome.skipped(0) : .bytes(CoreList(address: 1, count: 0))
        guard poll(&polled, 1, 0) > 0 else { return nothing }
        var waiting: Int32 = 0
        guard ioctl(end, UInt(FIONREAD), &waiting) == 0, waiting > 0 else { return self.end }
        // Of a stream that has come to its end not even nothing can be read.
        guard most > 0 else { return nothing }
        let count = min(most, Int(waiting))
        if isSkipped {
            let read = withUnsafeTemporaryAllocation(byteCount: min(count, 64 << 10), alignment: 1) { bytes in
                Glibc.read(end, bytes.baseAddress, bytes.count)
            }
            return read > 0 ? .skipped(UInt64(read)) : .closed
        }
        // There is as much, and nobody else reads.
        let address = try call.allocate(count, alignment: 1)
        let place = try call.bytes(at: address, count: UInt32(count))
        let read = Glibc.read(end, place.baseAddress, count)
        return read > 0 ? .bytes(CoreList(address: address, count: UInt32(read))) : .closed
    }
}
