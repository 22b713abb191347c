internal import Glibc
internal import NIOCore
internal import Synchronization

/// One request and what becomes of it, as the thread that runs the guest sees it. What it says is done by the
/// connection's event loop, in the order said; what comes too late, of a client that has gone, is dropped.
package final class Exchange: Sendable {
    package struct Request: Sendable {
        /// As in the request line.
        package let method: String
        package let path: String?
        package let authority: String?
        package let fields: FieldList
        package let hasBody: Bool
    }

    /// The end of the request's body.
    package enum BodyEnd: Sendable {
        case pending
        /// With the trailers; nil for none.
        case complete(FieldList?)
        case failed(ErrorCode)
    }

    private struct State {
        var bodyEnd = BodyEnd.pending
        var isOver = false
        /// The reading end of the response's pipe, until the connection has it; owned.
        var response: Int32?

        mutating func closeResponse() {
            if let response { _ = Glibc.close(response) }
            response = nil
        }
    }

    package let request: Request
    /// From 0, in the order that requests came in.
    package let number: UInt64
    /// To read the request's body from; owned by the thread that runs the guest. Nil where there is none.
    package let body: Int32?
    private let isBodyOpen: Atomic<Bool>
    private let deadline: NIODeadline?
    private let state = Mutex(State())
    private let eventLoop: any EventLoop
    private let connection: NIOLoopBound<ConnectionHandler>

    init(
        _ request: Request, number: UInt64, body: Int32?, deadline: NIODeadline?, eventLoop: any EventLoop,
        connection: NIOLoopBound<ConnectionHandler>
    ) {
        self.request = request
        self.number = number
        self.body = body
        isBodyOpen = Atomic(body != nil)
        self.deadline = deadline
        self.eventLoop = eventLoop
        self.connection = connection
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
            // A guest that fills the pipe before it answers would wait for ever.
            state.closeResponse()
        }
    }

    /// Takes the end of a pipe over that the response's body is to be read from. The pipe breaks when nobody waits for
    /// the response any more.
    package func prepareResponse(body: Int32) {
        state.withLock { state in
            state.response = body
            if state.isOver { state.closeResponse() }
        }
    }

    /// Closes the request's body, where there is one and it has not been closed.
    package func closeBody() {
        if let body, isBodyOpen.exchange(false, ordering: .relaxed) { _ = Glibc.close(body) }
    }

    /// Tells a client that waits for it that the body is wanted (RFC 9110, 10.1.1).
    package func wantBody() {
        tell { $0.sendContinue(self) }
    }

    /// Begins the response.
    ///
    /// - Parameter hasBody: whether it has one, through the pipe that was prepared.
    package func respond(status: UInt16, _ fields: FieldList, hasBody: Bool) {
        tell { connection in
            let body = hasBody ? self.state.withLock { $0.response.take() } : nil
            // Nobody waits for it any more.
            if hasBody, body == nil { return }
            if !connection.respond(self, status: status, fields, body: body), let body { _ = Glibc.close(body) }
        }
    }

    /// Ends the response with an error instead.
    package func fail(_ code: ErrorCode) {
        fail(status: code.status)
    }

    package func fail(status: Int) {
        tell { $0.fail(self, status: status) }
    }

    /// All of the body is in the pipe.
    package func finish(trailers: FieldList?) {
        tell { $0.finish(self, trailers: trailers) }
    }

    /// The guest's call has ended, and everything that it held is closed.
    package func guestHasEnded() {
        tell { connection in
            connection.guestEnded(self)
            self.state.withLock { $0.closeResponse() }
        }
    }

    private func tell(_ message: @escaping @Sendable (ConnectionHandler) -> Void) {
        eventLoop.execute { message(self.connection.value) }
    }
}
