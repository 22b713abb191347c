internal import Glibc
package import LinuxSystem
internal import NIOCore
internal import Synchronization

/// Bodies of responses that the guest's thread writes by itself, without a stream of the engine's. Small ones are
/// collected, and go out with their head. What is larger, or takes its time, goes through a pipe, many writes at once;
/// what the guest has written before it waits for something goes out before.
extension Exchange {
    /// Bytes that are collected: as many as fit into a pipe, unless the user has too many.
    private static let mostCollected = 64 << 10

    package enum WriteEnd {
        case written
        /// Nobody waits for the response any more, it has been finished, or the request's time is over.
        case gone
    }

    /// What is left to do without the lock.
    private enum Way {
        case collected(isFirst: Bool)
        case gone
        case pipe(Int32, before: ByteBuffer?, begins: Bool)
    }

    /// Lets the guest write.
    package func prepareWriting(_ pipes: PipePool) {
        state.withLock { $0.pipes = pipes }
    }

    /// Writes bytes of the response's body; blocks while they do not fit.
    ///
    /// - Throws: ``SystemCallError`` if no pipe can be had.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemCallError) -> WriteEnd {
        let way = try state.withLock { state throws(SystemCallError) in
            if state.isOver || state.isAnswered { return Way.gone }
            let before = state.collected?.readableBytes ?? 0
            if before + bytes.count <= Self.mostCollected {
                if before == 0 { state.collected = ByteBuffer() }
                state.collected?.writeBytes(bytes)
                return .collected(isFirst: before == 0 && state.writer != nil)
            }
            return try wayOut(&state)
        }
        switch way {
        case .gone: return .gone
        case .collected(let isFirst):
            // A guest that goes on without a word leaves it to the sweep.
            if isFirst { pending.add(self) }
            return .written
        case .pipe(let writer, let before, let begins):
            return go(writer, before, begins: begins) == .gone ? .gone : put(bytes, into: writer)
        }
    }

    /// What was written goes out, if the response has begun: the guest is about to wait for something.
    package func push() {
        let way = state.withLock { state in
            guard !state.isOver, state.collected != nil, state.pending != nil || state.writer != nil else {
                return Way.gone
            }
            return (try? wayOut(&state)) ?? .gone
        }
        if case .pipe(let writer, let before, let begins) = way { _ = go(writer, before, begins: begins) }
    }

    /// Whether the response takes no more of a body.
    package var isClosed: Bool { state.withLock { $0.isOver || $0.isAnswered } }

    /// What can be polled for room; nil if there is room.
    package var writing: Int32? { state.withLock { $0.writer } }

    /// The way through the pipe, which is made if there is none.
    private func wayOut(_ state: inout State) throws(SystemCallError) -> Way {
        try openPipe(&state)
        guard let writer = state.writer else { return .gone }
        return .pipe(writer, before: state.collected.take(), begins: state.pending != nil)
    }

    private func go(_ writer: Int32, _ before: ByteBuffer?, begins: Bool) -> WriteEnd {
        // The client need not wait for what fills the pipe.
        if begins { beginResponse() }
        return before?.withUnsafeReadableBytes { put($0, into: writer) } ?? .written
    }

    /// A pipe from here on, with as much of what was collected as fits into it.
    func openPipe(_ state: inout State) throws(SystemCallError) {
        guard state.writer == nil, !state.isOver, let pipes = state.pipes else { return }
        let pipe = try pipes.take()
        // Its own is closed as soon as the connection reads to the end.
        let writer = try systemCall("fcntl", "F_DUPFD_CLOEXEC") { fcntl(pipe.writing, F_DUPFD_CLOEXEC, 3) }
        _ = fcntl(writer, F_SETFL, O_WRONLY | O_NONBLOCK)
        (state.writer, state.response) = (writer, pipe)
        pass(&state)
    }

    /// What was collected goes into the pipe as far as it fits.
    func pass(_ state: inout State) {
        guard let writer = state.writer, var collected = state.collected.take() else { return }
        let count = collected.withUnsafeReadableBytes { Glibc.write(writer, $0.baseAddress, $0.count) }
        if count > 0 { collected.moveReaderIndex(forwardBy: count) }
        if collected.readableBytes > 0 { state.collected = collected }
    }

    /// Writes what is left into the pipe, before the body ends.
    func putRest(_ rest: ByteBuffer) {
        guard let writer = writing else { return }
        _ = rest.withUnsafeReadableBytes { put($0, into: writer) }
    }

    /// Writes bytes into a pipe or a socket that does not block; waits while they do not fit, as long as the request has
    /// time.
    package func put(_ bytes: UnsafeRawBufferPointer, into writer: Int32) -> WriteEnd {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(writer, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                continue
            }
            if count < 0, errno == EINTR { continue }
            let left = millisecondsLeft
            guard count < 0, errno == EAGAIN, left != 0 else { return .gone }
            var polled = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
            _ = poll(&polled, 1, left.map { Int32(clamping: $0) } ?? -1)
        }
        return .written
    }

    func closeWriter() {
        if let writer = state.withLock({ $0.writer.take() }) { _ = Glibc.close(writer) }
    }
}
