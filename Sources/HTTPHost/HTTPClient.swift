internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// Requests of the guest's own as they are sent, and what comes back, of `wasi:http/outgoing-handler` and
/// `wasi:http/types`. Our client sends them. Their bodies are the engine's streams, which only its own `wasi:http` can
/// make: it sends a request to us, through a tunnel of the helper's, with nothing but the body, and gets a response with
/// nothing but the body.
enum HTTPClient {
    /// The engine's own client waits for as long as ours does; nanoseconds.
    private static let timeout: UInt64 = .max / 4

    static func handler() -> HostInterface {
        var interface = HostInterface("wasi:http/outgoing-handler")
        interface.add("handle") { (call, arguments) throws(EngineError) in
            let request = try arguments.take(arguments.values[0], as: OutgoingRequest.self)
            var options: RequestOptions?
            if let value = try arguments.option(1) { options = try arguments.take(value, as: RequestOptions.self) }
            switch try send(request, options ?? RequestOptions(), arguments.guest, call) {
            case .success(let sent): return .ok(arguments.give(sent, .futureIncomingResponse))
            case .failure(let failure): return .error(HTTPErrors.value(failure))
            }
        }
        return interface
    }

    static func define(in interface: inout HostInterface) {
        interface.add("[method]future-incoming-response.subscribe") { (call, arguments) throws(EngineError) in
            let sent = try arguments.get(0, as: SentRequest.self)
            return try arguments.guest.client.make("response-ready", call, [.u32(sent.source)])
        }
        interface.add("[method]future-incoming-response.get") { (call, arguments) throws(EngineError) in
            let sent = try arguments.get(0, as: SentRequest.self)
            guard !sent.isTaken else { return .option(.error(nil)) }
            let answer = try arguments.guest.client.number("response", call, [.u32(sent.source)])
            if answer == pending { return .option(nil) }
            sent.isTaken = true
            // The tunnel answers whatever becomes of the request; but not one whose body has no end.
            guard let source = handle(answer) else {
                let failure = OutgoingFailure(.internalError, .text("the request's body was broken off"))
                return .option(.ok(.error(HTTPErrors.value(failure))))
            }
            switch sent.call.progress {
            case .response(let status, let fields):
                let response = IncomingResponse(status: status, fields, of: sent, source: source)
                return .option(.ok(.ok(arguments.give(response, .incomingResponse))))
            case .failed(let failure):
                try drop(.incomingResponse, source, arguments.guest, call)
                return .option(.ok(.error(HTTPErrors.value(failure))))
            case .pending: throw Arguments.unexpected("a response")
            }
        }
        interface.add("[method]incoming-response.status") { (_, arguments) throws(EngineError) in
            .u16(try arguments.get(0, as: IncomingResponse.self).status)
        }
        interface.add("[method]incoming-response.headers") { (_, arguments) throws(EngineError) in
            let response = try arguments.get(0, as: IncomingResponse.self)
            return arguments.give(Fields(response.fields, isMutable: false, arguments.guest.budget), .fields)
        }
        interface.add("[method]incoming-response.consume") { (call, arguments) throws(EngineError) in
            let response = try arguments.get(0, as: IncomingResponse.self)
            guard !response.isConsumed, let source = response.source else { return .error(nil) }
            response.isConsumed = true
            let body = UInt32(try arguments.guest.client.number("consume", call, [.u32(source)]))
            return .ok(arguments.give(IncomingBody(of: response.sent, source: body), .incomingBody))
        }
    }

    // MARK: Sending

    /// The engine's request, of which only the body is sent on, until it is sent.
    static func made(
        _ request: OutgoingRequest, _ guest: HTTPGuest, _ call: HostCall
    ) throws(EngineError) -> UInt32 {
        if let made = request.made { return made }
        try guest.prepareClient(call)
        // It checks the body's size.
        let sizes = request.fields.values(of: "content-length").map { value in
            ComponentValue.tuple([.string("content-length"), .bytes(value)])
        }
        let made = UInt32(try guest.client.number("request", call, [.list(sizes)]))
        request.made = made
        return made
    }

    private static func send(
        _ request: OutgoingRequest, _ options: RequestOptions, _ guest: HTTPGuest, _ call: HostCall
    ) throws(EngineError) -> Result<SentRequest, OutgoingFailure> {
        let way: (authority: String, path: String)
        do throws(OutgoingFailure) {
            way = try guest.sender.prepare(request, options, time: guest.nanosecondsLeft)
        } catch {
            if let made = request.made { try drop(.outgoingRequest, made, guest, call) }
            return .failure(error)
        }
        let made = try made(request, guest, call)
        let answer = try guest.client.number(
            "send", call,
            [
                .u32(made), .string(request.isBodyTaken ? "POST" : "GET"), .u8(0), .string(way.authority),
                .string(way.path), .u64(timeout), .u64(timeout), .u64(timeout),
            ])
        guard let source = handle(answer) else { return .failure(failure(answer)) }
        return .success(SentRequest(request.call, .engine(source)))
    }

    /// The engine is told of no trailers: what becomes of the request has them.
    static func finish(
        _ body: UInt32, _ sent: OutgoingCall, trailers: FieldList?, _ guest: HTTPGuest, _ call: HostCall
    ) throws(EngineError) -> ComponentValue {
        sent.finish(trailers: trailers)
        let answer = try guest.client.number("finish", call, [.u32(body)])
        return answer == 0 ? .ok(nil) : .error(HTTPErrors.value(OutgoingFailure(ErrorCode(number: answer - 1))))
    }

    // MARK: What comes back

    static func trailers(
        _ future: FutureTrailers, _ arguments: Arguments, _ call: HostCall
    ) throws(EngineError) -> OutgoingCall.BodyEnd {
        guard let sent = future.sent, let source = future.source else {
            return OutgoingCall.BodyEnd(try arguments.served.exchange.requestBodyEnd)
        }
        guard case .bool(let isThere) = try arguments.guest.client.ask("trailers", call, [.u32(source)]) else {
            throw Arguments.unexpected("an answer")
        }
        if !isThere { return .pending }
        let end = sent.call.bodyEnd
        // Of a body that the guest has given up nobody knows the end.
        if case .pending = end { return .failed(OutgoingFailure(.connectionTerminated)) }
        return end
    }

    // MARK: The helper's words

    /// In bits 32 and 33: an error's number follows; nothing yet.
    private static let isError: UInt64 = 1 << 32
    private static let pending: UInt64 = 1 << 33

    private static func handle(_ answer: UInt64) -> UInt32? {
        answer & isError == 0 ? UInt32(truncatingIfNeeded: answer) : nil
    }

    private static func failure(_ answer: UInt64) -> OutgoingFailure {
        OutgoingFailure(ErrorCode(number: answer & 0xff))
    }

    /// Those of the engine's resources that the guest can let go.
    enum Kind: UInt32 {
        case outgoingRequest, outgoingBody, futureResponse, incomingResponse, incomingBody, futureTrailers
    }

    static func drop(
        _ kind: Kind, _ handle: UInt32, _ guest: HTTPGuest, _ call: HostCall
    ) throws(EngineError) {
        try guest.client.tell("drop", call, [.u32(kind.rawValue), .u32(handle)])
    }
}

extension SentRequest {
    /// The engine's future.
    fileprivate var source: UInt32 {
        if case .engine(let source) = body { source } else { 0 }
    }
}

extension HTTPGuest {
    /// The guest has let a resource go: what it stood for goes too.
    func drop(_ number: UInt32, _ call: HostCall) {
        let (kind, handle): (HTTPClient.Kind, UInt32?) =
            switch table.drop(number) {
            case let request as OutgoingRequest: (.outgoingRequest, request.made)
            case let body as OutgoingBody: (.outgoingBody, body.target)
            case let sent as SentRequest: (.futureResponse, sent.source)
            case let response as IncomingResponse: (.incomingResponse, response.source)
            case let body as IncomingBody: (.incomingBody, body.source)
            case let trailers as FutureTrailers: (.futureTrailers, trailers.source)
            default: (.outgoingRequest, nil)
            }
        // One that others are made from stays until the store goes.
        if let handle { try? HTTPClient.drop(kind, handle, self, call) }
    }
}

extension OutgoingBody {
    fileprivate var target: UInt32? {
        if case .engine(let target) = request?.body { target } else { nil }
    }
}
