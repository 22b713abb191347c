internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What our functions know of one instance of a lowered component: the request that it serves now, and its handles. Held
/// by the store, used by the guest's thread only.
final class LoweredGuest {
    /// What the guests of a server share.
    struct Surroundings {
        let pipes: PipePool
        let log: GuestLog
        let sender: RequestSender
        let directories: GuestDirectories
        let arguments: [String]
        let variables: [GuestInvocation.Variable]
    }

    private(set) var exchange: Exchange
    var handles = HandleTable()
    let budget = FieldBudget()
    /// How the guest ended by itself.
    var exit: EngineError?

    let surroundings: Surroundings
    private(set) var input: BodyInput
    private var printing: [Int32: LineOutput] = [:]

    /// Takes the exchange's body over.
    init(_ exchange: Exchange, _ surroundings: Surroundings) {
        self.exchange = exchange
        self.surroundings = surroundings
        input = BodyInput(.request(exchange))
        exchange.prepareWriting(surroundings.pipes)
    }

    deinit {
        endRequest()
    }

    // MARK: Requests

    /// Takes another exchange's body over, in the same instance.
    func begin(_ exchange: Exchange) {
        self.exchange = exchange
        input = BodyInput(.request(exchange))
        exchange.prepareWriting(surroundings.pipes)
    }

    /// Nothing of the request is left, but descriptors, which are the instance's.
    func endRequest() {
        exchange.closeBody()
        for output in printing.values { surroundings.log.end(output) }
        printing = [:]
        handles.endRequest()
    }

    /// Of the container, with the request's number.
    var environment: [(String, String)] {
        surroundings.variables.map { ($0.name, $0.value) } + [("REQUEST_ID", "\(exchange.number)")]
    }

    func printing(on target: Int32) -> OutputStream {
        let output = printing[target] ?? LineOutput(on: target)
        printing[target] = output
        return OutputStream(.lines(output))
    }

    func answer(_ response: OutgoingResponse) {
        exchange.respond(status: response.status, response.fields, hasBody: response.isBodyTaken)
        response.body.isSent = true
        if let trailers = response.body.finished {
            exchange.finish(trailers: trailers.entries.isEmpty ? nil : trailers)
        }
    }

    // MARK: Waiting

    /// Between two looks at what tells nobody when it is there, in nanoseconds.
    private static let look: UInt64 = 5_000_000

    func isReady(_ event: Pollable.Event) -> Bool {
        switch event {
        case .now: return true
        case .instant(let instant): return instant <= MonotonicClock.now
        case .input(let input): return input.descriptor.map { Self.hasEvent($0, POLLIN) } ?? true
        case .output: return exchange.writing.map { Self.hasEvent($0, POLLOUT) } ?? true
        case .socket(let socket, let event): return Self.hasEvent(socket.end, event)
        case .trailers:
            if case .pending = exchange.requestBodyEnd { return false }
            return true
        case .trailersOfResponse(let sent):
            if case .pending = sent.call.bodyEnd { return false }
            return true
        }
    }

    private static func hasEvent(_ descriptor: Int32, _ event: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return poll(&polled, 1, 0) > 0
    }

    /// Waits until one of them is ready. What the guest has written goes out before.
    ///
    /// - Returns: the places of those that are.
    /// - Throws: ``EngineError`` when the request's time is over.
    func wait(for events: [Pollable.Event]) throws(EngineError) -> [UInt32] {
        var isFirst = true
        while true {
            let ready = events.indices.filter { isReady(events[$0]) }
            if !ready.isEmpty { return ready.map { UInt32($0) } }
            if isFirst { exchange.push() }
            isFirst = false
            let left = exchange.nanosecondsLeft
            if exchange.millisecondsLeft == 0 { throw CoreCall.trap("the request's time is over") }
            var polled: [pollfd] = []
            var timeout = left
            for event in events {
                switch event {
                case .now: timeout = 0
                case .instant(let instant):
                    let now = MonotonicClock.now
                    timeout = min(timeout, instant > now ? instant - now : 0)
                case .input(let input):
                    if let end = input.descriptor { polled.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0)) }
                case .output:
                    if let end = exchange.writing { polled.append(pollfd(fd: end, events: Int16(POLLOUT), revents: 0)) }
                case .socket(let socket, let event):
                    polled.append(pollfd(fd: socket.end, events: Int16(event), revents: 0))
                case .trailers, .trailersOfResponse: timeout = min(timeout, Self.look)
                }
            }
            exchange.wait {
                _ = polled.withUnsafeMutableBufferPointer { martlet_poll($0.baseAddress, UInt32($0.count), timeout) }
            }
        }
    }
}
