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

    /// How the guest's call ended.
    package enum Ending: Sendable {
        case returned
        case trapped
    }

    package let request: Request
    /// From 0, in the order that requests came in.
    package let number: UInt64
    /// To read the request's body from; owned by the thread that runs the guest. Nil where there is none.
    package let body: Int32?
    private let deadline: NIODeadline?
    private let bodyEnd = Mutex(BodyEnd.pending)
    private let eventLoop: any EventLoop
    private let connection: NIOLoopBound<ConnectionHandler>

    init(
        _ request: Request, number: UInt64, body: Int32?, deadline: NIODeadline?, eventLoop: any EventLoop,
        connection: NIOLoopBound<ConnectionHandler>
    ) {
        self.request = request
        self.number = number
        self.body = body
        self.deadline = deadline
        self.eventLoop = eventLoop
        self.connection = connection
    }

    /// What is left until the deadline, in milliseconds, at least 0; nil for no deadline.
    package var millisecondsLeft: Int64? {
        deadline.map { max(0, ($0 - .now()).nanoseconds / 1_000_000) }
    }

    package var requestBodyEnd: BodyEnd { bodyEnd.withLock { $0 } }

    func endBody(_ end: BodyEnd) {
        bodyEnd.withLock { if case .pending = $0 { $0 = end } }
    }

    /// Tells a client that waits for it that the body is wanted (RFC 9110, 10.1.1).
    package func wantBody() {
        tell { $0.sendContinue(self) }
    }

    /// Begins the response.
    ///
    /// - Parameter body: a pipe's end to read the body from, taken over; nil for a response without one.
    package func respond(status: UInt16, _ fields: FieldList, body: Int32?) {
        eventLoop.execute {
            guard self.connection.value.respond(self, status: status, fields, body: body) else {
                if let body { _ = Glibc.close(body) }
                return
            }
        }
    }

    /// Ends the response with an error instead.
    package func fail(_ code: ErrorCode) {
        tell { $0.fail(self, status: code.status) }
    }

    /// All of the body is in the pipe.
    package func finish(trailers: FieldList?) {
        tell { $0.finish(self, trailers: trailers) }
    }

    /// The guest's call has ended, and everything that it held is closed.
    package func end(_ ending: Ending) {
        tell { $0.guestEnded(self, ending) }
    }

    private func tell(_ message: @escaping @Sendable (ConnectionHandler) -> Void) {
        eventLoop.execute { message(self.connection.value) }
    }
}
