internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// One request and what becomes of it, as the thread that runs the guest sees it. What it says is done by the
/// connection's event loop, in the order said; what comes too late, of a client that has gone, is dropped.
package final class Exchange: Sendable {
    package struct Request: Sendable {
        /// As in the request line.
        package let method: String
        package let path: String?
        package let authority: String?
        let headers: HTTPHeaders
        let version: HTTPVersion
        /// The address that it came from.
        let client: String?
        /// As CGI has it: `HTTP/1.1`.
        var protocolName: String { "HTTP/\(version.major).\(version.minor)" }
        var isChunked: Bool { headers.contains(name: "transfer-encoding") }
        package var fields: FieldList { FieldList(received: headers.lazy.map { ($0.name, $0.value) }) }
    }

    /// The end of the request's body.
    package enum BodyEnd: Sendable {
        case pending
        /// With the trailers; nil for none.
        case complete(FieldList?)
        case failed(ErrorCode)
    }

    struct State {
        var body: RequestBody
        /// Of a body that was collected, until the guest has ended.
        var room: CollectedBodies.Room?
        var bodyEnd = BodyEnd.pending
        var isOver = false
        /// What the response's body comes through, from when the guest wants to write, until the connection has it.
        var response: ResponsePipe?
        /// A response whose body may soon be finished: the connection does not know of it yet.
        var pending: (status: UInt16, fields: FieldList)?
        /// What was written of the response's body while it is not known whether it comes through a pipe.
        var collected: ByteBuffer?
        /// Where pipes are had from, for a body that is written by ``Exchange/write(_:)``.
        var pipes: PipePool?
        /// The writing end of such a body's pipe: of the guest's thread.
        var writer: Int32?
        /// In its place, where the head comes through the pipe.
        var awaited: AwaitedHead?
        /// Whether the pending response has been waited for long enough.
        var isLate = false
        /// Whether the connection has been told all of the response.
        var isAnswered = false
        /// Whether all of the body has been taken out of the pipe: it may serve again, if the guest ends soon.
        var isDrained = false
    }

    package let request: Request
    /// From 0, in the order that requests came in.
    package let number: UInt64
    /// Nothing once the guest has ended.
    package var body: RequestBody { state.withLock { $0.body } }
    private let isBodyOpen = Atomic(true)
    private let deadline: NIODeadline?
    let state: Mutex<State>
    private let eventLoop: any EventLoop
    private let connection: NIOLoopBound<ConnectionHandler>
    private let pool: WorkerPool
    var pending: PendingResponses { pool.pending }

    init(
        _ request: Request, number: UInt64, body: RequestBody, room: CollectedBodies.Room?, deadline: NIODeadline?,
        pool: WorkerPool, eventLoop: any EventLoop, connection: NIOLoopBound<ConnectionHandler>
    ) {
        self.request = request
        self.number = number
        state = Mutex(State(body: body, room: room))
        self.deadline = deadline
        self.eventLoop = eventLoop
        self.connection = connection
        self.pool = pool
    }

    /// What is left until the deadline, in milliseconds, at least 0; nil for no deadline.
    package var millisecondsLeft: Int64? {
        deadline.map { max(0, ($0 - .now()).nanoseconds / 1_000_000) }
    }

    package var requestBodyEnd: BodyEnd { state.withLock { $0.bodyEnd } }

    func endBody(_ end: BodyEnd) {
        state.withLock { if case .pending = $0.bodyEnd { $0.bodyEnd = end } }
    }

    /// Whether nobody waits for a response any more.
    package var isOver: Bool { state.withLock { $0.isOver } }

    func end(_ reason: ErrorCode) {
        endBody(.failed(reason))
        state.withLock { state in
            state.isOver = true
            state.room = nil
            if state.isDrained { return }
            // A guest that fills the pipe before it answers would wait for ever.
            state.response?.breakOff()
            state.response = nil
        }
    }

    /// Takes the pipe that the response's body is to be read from. It breaks when nobody waits for the response any
    /// more.
    package func prepareResponse(_ pipe: ResponsePipe) {
        let isLate = state.withLock { state in
            if state.isOver {
                pipe.breakOff()
                return false
            }
            state.response = pipe
            return state.isLate
        }
        if isLate { beginResponse() }
    }

    /// Closes the request's body, where it is open.
    package func closeBody() {
        if case .pipe(let end) = body, isBodyOpen.exchange(false, ordering: .relaxed) { _ = Glibc.close(end) }
    }

    /// Tells a client that waits for it that the body is wanted (RFC 9110, 10.1.1).
    package func wantBody() {
        tell { $0.sendContinue(self) }
    }

    /// Waits for something, which it knows to be not there yet: other requests need not wait for this one.
    package func wait(_ body: () -> Void) {
        pool.beginWait()
        body()
        pool.endWait()
    }

    /// Begins the response.
    ///
    /// - Parameter hasBody: whether it has one, through the pipe that was prepared.
    package func respond(status: UInt16, _ fields: FieldList, hasBody: Bool) {
        state.withLock { state in
            state.isAnswered = !hasBody
            if hasBody { state.pending = (status, fields) }
        }
        if hasBody { return pending.add(self) }
        tell { $0.respond(self, status: status, fields, body: nil) }
    }

    /// A moment has passed since the response was begun, or its body finished.
    func momentIsOver() {
        let drained = state.withLock { state in
            state.isLate = true
            pass(&state)
            return state.isDrained ? state.response.take() : nil
        }
        // A guest that goes on may write into it for ever.
        if let drained { drained.breakOff() } else if !beginReading() { beginResponse() }
    }

    /// Begins a response whose body takes its time, if there is something that it can come through.
    func beginResponse() {
        state.withLock { state in
            if state.pending != nil { try? openPipe(&state) }
            guard let (status, fields) = state.pending, let body = state.response else { return }
            (state.pending, state.response) = (nil, nil)
            // With the lock held, so that it is told before the end is.
            tell { $0.respond(self, status: status, fields, body: body) }
        }
    }

    /// Ends the response with an error instead.
    package func fail(_ code: ErrorCode) {
        fail(status: code.status)
    }

    package func fail(status: Int) {
        state.withLock { $0.isAnswered = true }
        tell { $0.fail(self, status: status) }
    }

    /// All of the body is in the pipe, or has been read from it.
    package func finish(trailers: FieldList?) {
        let (head, body, collected) = state.withLock { state in
            state.isAnswered = true
            // Nobody takes it from here on, but who breaks it.
            return (state.pending.take(), state.response, state.collected.take())
        }
        guard let (status, fields) = head else {
            if let collected { putRest(collected) }
            return tell { $0.finish(self, trailers: trailers) }
        }
        var bytes = body == nil ? ByteBuffer() : body?.takeAll()
        if let collected { bytes?.writeImmutableBuffer(collected) }
        if body != nil {
            state.withLock { $0.isDrained = true }
            pending.add(self)
        }
        let whole = bytes
        tell { $0.reply(self, status: status, fields, whole, trailers: trailers) }
    }

    /// The guest's call has ended, and everything that it held is closed.
    package func guestHasEnded() {
        closeBody()
        closeWriter()
        let (isAnswered, pipe) = state.withLock { state in
            (state.pending, state.awaited, state.collected, state.pipes) = (nil, nil, nil, nil)
            (state.body, state.room) = (.none, nil)
            return (state.isAnswered, state.response.take())
        }
        pipe?.giveBack()
        if !isAnswered { tell { $0.guestEnded(self) } }
    }

    func tell(_ message: @escaping @Sendable (ConnectionHandler) -> Void) {
        eventLoop.execute { message(self.connection.value) }
    }
}
