internal import Glibc
internal import LinuxSystem
internal import SystemPackage
internal import WASIHTTP
internal import Wasm

/// `wasi:io/streams` and `wasi:io/error`, for lowered components.
enum LoweredStreams {
    /// Bytes that may be written at once without a wait, as a stream of a body says.
    fileprivate static let room: UInt64 = 64 << 10
    /// Bytes that a blocking write takes at most (wasi:io/streams).
    private static let mostBlocking: UInt64 = 4096

    static var interfaces: [LoweredInterface] { [streams, errors] }

    private static var errors: LoweredInterface {
        var interface = LoweredInterface("wasi:io/error")
        interface.add("[method]error.to-debug-string", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let error = try guest.handles.get(call.u32(0), as: StreamError.self)
            try call.put(call.give(error.message), at: 1)
        }
        return interface
    }

    private static var streams: LoweredInterface {
        var interface = LoweredInterface("wasi:io/streams")
        for (prefix, blocks) in [("", false), ("blocking-", true)] {
            interface.add("[method]input-stream.\(prefix)read", [.i32, .i64, .i32]) {
                (call, guest) throws(EngineError) in
                let outcome = try Self.read(call, guest, blocks: blocks, isSkipped: false)
                let place = try call.place(2, count: 12, alignment: 4)
                if case .bytes(let list) = outcome {
                    place.put(0 as UInt8, at: 0)
                    place.put(list, at: 4)
                } else {
                    try Self.put(outcome, in: place, at: 4, guest)
                }
            }
            interface.add("[method]input-stream.\(prefix)skip", [.i32, .i64, .i32]) {
                (call, guest) throws(EngineError) in
                let outcome = try Self.read(call, guest, blocks: blocks, isSkipped: true)
                let place = try call.place(2, count: 16, alignment: 8)
                if case .skipped(let count) = outcome {
                    place.put(0 as UInt8, at: 0)
                    place.put(count, at: 8)
                } else {
                    try Self.put(outcome, in: place, at: 8, guest)
                }
            }
        }
        interface.add("[method]input-stream.subscribe", [.i32], .i32) { (call, guest) throws(EngineError) in
            let input = try guest.handles.get(call.u32(0), as: BodyInput.self)
            call.answer(try guest.handles.add(Pollable(.input(input))))
        }
        defineOutput(in: &interface)
        return interface
    }

    private static func defineOutput(in interface: inout LoweredInterface) {
        interface.add("[method]output-stream.check-write", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let stream = try guest.handles.get(call.u32(0), as: OutputStream.self)
            let place = try call.place(1, count: 16, alignment: 8)
            if stream.isClosed(guest) { return try putEnd(in: place, at: 8) }
            place.put(0 as UInt8, at: 0)
            place.put(guest.isReady(stream.event) ? stream.room : 0, at: 8)
        }
        interface.add("[method]output-stream.subscribe", [.i32], .i32) { (call, guest) throws(EngineError) in
            let stream = try guest.handles.get(call.u32(0), as: OutputStream.self)
            call.answer(try guest.handles.add(Pollable(stream.event)))
        }
        for (name, blocks) in [("write", false), ("blocking-write-and-flush", true)] {
            interface.add("[method]output-stream.\(name)", [.i32, .i32, .i32, .i32]) {
                (call, guest) throws(EngineError) in
                let stream = try guest.handles.get(call.u32(0), as: OutputStream.self)
                let bytes = UnsafeRawBufferPointer(try call.list(1))
                if blocks { try checkBlocking(UInt64(bytes.count)) }
                try put(write(bytes, to: stream, guest), call, 3, guest)
            }
        }
        for (name, blocks) in [("write-zeroes", false), ("blocking-write-zeroes-and-flush", true)] {
            interface.add("[method]output-stream.\(name)", [.i32, .i64, .i32]) { (call, guest) throws(EngineError) in
                let stream = try guest.handles.get(call.u32(0), as: OutputStream.self)
                if blocks { try checkBlocking(call.u64(1)) }
                guard call.u64(1) <= stream.room else {
                    throw CoreCall.trap("\(call.u64(1)) zeros are more than check-write allows")
                }
                let zeros = [UInt8](repeating: 0, count: Int(call.u64(1)))
                let end: Result<WriteEnd, EngineError> = zeros.withUnsafeBytes { zeros in
                    Result { () throws(EngineError) in try write(zeros, to: stream, guest) }
                }
                try put(end.get(), call, 2, guest)
            }
        }
        // What is written is on its way; that it has arrived nobody knows.
        for name in ["flush", "blocking-flush"] {
            interface.add("[method]output-stream.\(name)", [.i32, .i32]) { (call, guest) throws(EngineError) in
                let stream = try guest.handles.get(call.u32(0), as: OutputStream.self)
                try put(stream.isClosed(guest) ? .gone : .written, call, 1, guest)
            }
        }
        for (name, blocks) in [("splice", false), ("blocking-splice", true)] {
            interface.add("[method]output-stream.\(name)", [.i32, .i32, .i64, .i32]) {
                (call, guest) throws(EngineError) in
                let stream = try guest.handles.get(call.u32(0), as: OutputStream.self)
                let input = try guest.handles.get(call.u32(1), as: BodyInput.self)
                if blocks { _ = try guest.wait(for: [.input(input)]) }
                let place = try call.place(3, count: 16, alignment: 8)
                var end = WriteEnd.written
                let outcome = try input.splice(min(call.u64(2), room)) { (bytes) throws(EngineError) in
                    end = try write(bytes, to: stream, guest)
                }
                switch (end, outcome) {
                case (.gone, _): try putEnd(in: place, at: 8)
                case (.failed(let error), _): try Self.put(.failed(error), in: place, at: 8, guest)
                case (.written, .skipped(let count)):
                    place.put(0 as UInt8, at: 0)
                    place.put(count, at: 8)
                case (.written, _): try Self.put(outcome, in: place, at: 8, guest)
                }
            }
        }
    }

    // MARK: Reading and writing

    private static func read(
        _ call: CoreCall, _ guest: LoweredGuest, blocks: Bool, isSkipped: Bool
    ) throws(EngineError) -> BodyInput.Outcome {
        let input = try guest.handles.get(call.u32(0), as: BodyInput.self)
        let count = call.u64(1)
        if blocks, count > 0, input.descriptor != nil { _ = try guest.wait(for: [.input(input)]) }
        return try input.read(count, call, isSkipped: isSkipped)
    }

    /// How a write ended.
    private enum WriteEnd {
        case written, gone
        case failed(StreamError)

        init(_ end: Exchange.WriteEnd) {
            self = end == .gone ? .gone : .written
        }
    }

    private static func checkBlocking(_ count: UInt64) throws(EngineError) {
        guard count <= mostBlocking else {
            throw CoreCall.trap("\(count) bytes are more than the \(mostBlocking) of a blocking write")
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to stream: OutputStream, _ guest: LoweredGuest
    ) throws(EngineError) -> WriteEnd {
        switch stream.kind {
        case .lines(let output):
            guest.surroundings.log.print(bytes, on: output)
            return .written
        case .request(let socket): return WriteEnd(socket.write(bytes, guest.exchange))
        case .file(let output):
            if output.isClosed { return .gone }
            do throws(Errno) {
                try output.write(bytes)
                return .written
            } catch {
                return .failed(StreamError(error))
            }
        case .response:
            do throws(SystemCallError) {
                return WriteEnd(try guest.exchange.write(bytes))
            } catch {
                throw CoreCall.trap("no pipe for the response: \(error)")
            }
        }
    }

    // MARK: Results

    /// `result<_, stream-error>`.
    private static func put(
        _ end: WriteEnd, _ call: CoreCall, _ argument: Int, _ guest: LoweredGuest
    ) throws(EngineError) {
        let place = try call.place(argument, count: 12, alignment: 4)
        switch end {
        case .written: place.put(0 as UInt8, at: 0)
        case .gone: try putEnd(in: place, at: 4)
        case .failed(let error): try put(.failed(error), in: place, at: 4, guest)
        }
    }

    /// The error that a stream is closed.
    private static func putEnd(in place: UnsafeMutableRawBufferPointer, at offset: Int) throws(EngineError) {
        place.put(1 as UInt8, at: 0)
        place.put(1 as UInt8, at: offset)
    }

    private static func put(
        _ outcome: BodyInput.Outcome, in place: UnsafeMutableRawBufferPointer, at offset: Int, _ guest: LoweredGuest
    ) throws(EngineError) {
        guard case .failed(let error) = outcome else { return try putEnd(in: place, at: offset) }
        place.put(1 as UInt8, at: 0)
        place.put(0 as UInt8, at: offset)
        place.put(try guest.handles.add(error), at: offset + 4)
    }
}

extension OutputStream {
    fileprivate var event: Pollable.Event {
        switch kind {
        case .response: .output
        case .request(let socket): .socket(socket, POLLOUT)
        case .lines, .file: .now
        }
    }

    /// Bytes that may be written at once. A file takes what the engine's own do.
    fileprivate var room: UInt64 {
        if case .file = kind { 1 << 20 } else { LoweredStreams.room }
    }

    /// Whether it takes nothing more.
    fileprivate func isClosed(_ guest: LoweredGuest) -> Bool {
        switch kind {
        case .response: guest.exchange.isClosed
        case .request(let socket): socket.isClosed
        case .lines: false
        case .file(let output): output.isClosed
        }
    }
}
