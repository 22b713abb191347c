internal import NIOCore
internal import NIOHTTP1
internal import WASIHTTP

/// One request of a guest's own, from its socket to a connection, and the response back. Of the event loop.
///
/// No more is read from the guest than the connection takes, and no more from the connection than the guest takes.
final class OutgoingExchange: ConnectionUser {
    private enum Response {
        case awaited, begun, ended
    }

    /// What the alarm is set for.
    private enum Awaited {
        case head, piece, room
    }

    let outgoing: OutgoingHead
    let times: OutgoingTimes
    let call: OutgoingCall
    let pool: ConnectionPool
    var request: WireRequest?
    var guest: GuestConnection?
    var connection: RemoteConnection?
    var body = RequestProgress()
    private var acquisition: Acquisition?
    /// The connection has served others before.
    private var isKept = false
    private var response = Response.awaited
    private var connectionLasts = false
    private var isOver = false
    private var alarm: Alarm?
    private var awaited = Awaited.head

    init(_ outgoing: OutgoingHead, _ times: OutgoingTimes, _ call: OutgoingCall, _ pool: ConnectionPool) {
        self.outgoing = outgoing
        self.times = times
        self.call = call
        self.pool = pool
    }

    /// The guest's socket is there.
    func begin(_ guest: GuestConnection) {
        self.guest = guest
        alarm = Alarm(eventLoop: pool.eventLoop) { [weak self] in self?.timeIsOver() }
        do {
            let request = try WireRequest(outgoing)
            self.request = request
            let destination = Destination(outgoing)
            if let connection = pool.kept(for: destination) { return start(connection, isKept: true) }
            connect(to: destination)
        } catch {
            fail(error)
        }
    }

    private func connect(to destination: Destination) {
        let begun = pool.connect(to: destination, time: TimeAmount(asked: times.connect)) { [weak self] result in
            guard let self, !isOver else {
                if case .success(let connection) = result { connection.close() }
                return
            }
            acquisition = nil
            switch result {
            case .success(let connection): start(connection, isKept: connection.hasServed)
            case .failure(let failure): fail(failure)
            }
        }
        // It may have come to its end at once.
        if !isOver, connection == nil, !begun.isOver { acquisition = begun }
    }

    private func start(_ connection: RemoteConnection, isKept: Bool) {
        guard let request else { return }
        self.connection = connection
        self.isKept = isKept
        connection.begin(self)
        connection.write(.head(request.head))
        if request.framing == .none {
            connection.write(.end(nil))
            body.isSent = true
        }
        sendMore()
        awaitNext()
    }

    // MARK: Ends

    /// The guest is gone.
    func abandon() {
        guard !isOver else { return }
        finish(OutgoingFailure(.connectionTerminated))
    }

    func fail(_ failure: OutgoingFailure) {
        guard !isOver else { return }
        if mayRepeat(after: failure), let connection {
            connection.close()
            self.connection = nil
            body = body.again()
            alarm?.silence()
            return connect(to: connection.destination)
        }
        let hadHead = response != .awaited
        finish(failure)
        guard let guest else { return }
        self.guest = nil
        if hadHead { return guest.abort() }
        guest.write(Self.sign)
        guest.end()
    }

    /// A server may close a connection that is kept just when the next request comes: as though that had never been.
    private func mayRepeat(after failure: OutgoingFailure) -> Bool {
        isKept && response == .awaited && failure.code == .connectionTerminated && !body.hasBegun
            && request?.isIdempotent == true
    }

    private func finish(_ failure: OutgoingFailure) {
        isOver = true
        call.fail(failure)
        alarm?.end()
        acquisition?.cancel()
        acquisition = nil
        connection?.close()
        connection = nil
        body.waiting = []
    }

    /// The byte that says that the call's progress has changed.
    private static let sign = ByteBuffer(bytes: [0])

    private func timeIsOver() {
        fail(OutgoingFailure(awaited == .room ? .connectionWriteTimeout : .connectionReadTimeout))
    }

    /// Sets the alarm for what is waited for now.
    func awaitNext() {
        guard !isOver, let connection else { return }
        switch response {
        case .begun where guest?.isWritable == true: expect(.piece, times.betweenBytes)
        case .awaited where body.isSent: expect(.head, times.firstByte)
        case .awaited where !connection.isWritable: expect(.room, times.firstByte)
        default: alarm?.silence()
        }
    }

    private func expect(_ what: Awaited, _ time: UInt64) {
        awaited = what
        alarm?.set(at: .now() + TimeAmount(asked: time))
    }

    // MARK: The response

    var takesResponse: Bool { response != .begun || guest?.isWritable == true }

    func respond(_ head: HTTPResponseHead) {
        guard !isOver, response == .awaited else { return }
        if let failure = ResponseCheck.failure(of: head) { return fail(failure) }
        response = .begun
        connectionLasts = head.isKeepAlive
        let fields = FieldList(received: head.headers.lazy.map { ($0.name, $0.value) })
        call.respond(status: UInt16(clamping: head.status.code), fields)
        guest?.write(Self.sign)
        awaitNext()
    }

    func receive(_ bytes: ByteBuffer) {
        guard !isOver, response == .begun else { return }
        guest?.write(bytes)
        awaitNext()
    }

    func endResponse(_ trailers: HTTPHeaders?) {
        guard !isOver, response == .begun, let connection else { return }
        if let trailers, !ResponseCheck.areFine(trailers) { return fail(OutgoingFailure(.protocolError)) }
        response = .ended
        isOver = true
        call.complete(trailers.map { FieldList(received: $0.lazy.map { ($0.name, $0.value) }) })
        alarm?.end()
        self.connection = nil
        if connection.leave(), connectionLasts, body.isSent { pool.keep(connection) } else { connection.close() }
        body.waiting = []
        guest?.end(discarding: outgoing.hasBody)
        guest = nil
    }

    func guestWritabilityChanged() {
        guard response == .begun else { return }
        awaitNext()
        if guest?.isWritable == true { connection?.read() }
    }

    func connectionWritabilityChanged() {
        guard !isOver else { return }
        sendMore()
        awaitNext()
    }

    func connectionFailed(_ error: (any Error)?) {
        let failure = OutgoingFailure(error ?? ChannelError.eof, response == .awaited ? .head : .body)
        switch failure.code {
        // All that is known of the size is that it is more.
        case .responseHeaderSectionSize, .responseTrailerSectionSize:
            fail(OutgoingFailure(failure.code, .fields(size: UInt32(clamping: pool.settings.headLimit))))
        default: fail(failure)
        }
    }
}
