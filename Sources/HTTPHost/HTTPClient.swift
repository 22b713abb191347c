internal import HTTPPolicy
internal import WASIHTTP
internal import Wasm

/// Requests of the guest's own as they are sent, and what comes back, of `wasi:http/outgoing-handler` and
/// `wasi:http/types`. The engine's own client sends them: its resources are the helper's, ours stand for them.
enum HTTPClient {
    /// Without a word of the guest's, and at most: nanoseconds.
    private static let timeout: UInt64 = 600_000_000_000

    static func handler() -> HostInterface {
        var interface = HostInterface("wasi:http/outgoing-handler")
        interface.add("handle") { (call, arguments) throws(EngineError) in
            let request = try arguments.take(arguments.values[0], as: OutgoingRequest.self)
            var options: RequestOptions?
            if let value = try arguments.option(1) { options = try arguments.take(value, as: RequestOptions.self) }
            switch try send(request, options ?? RequestOptions(), arguments.guest, call) {
            case .sent(let future): return .ok(arguments.give(future, .futureIncomingResponse))
            case .refused(let code): return .error(HTTPErrors.value(code))
            }
        }
        return interface
    }

    static func define(in interface: inout HostInterface) {
        interface.add("[method]future-incoming-response.subscribe") { (call, arguments) throws(EngineError) in
            let source = try arguments.get(0, as: FutureResponse.self).source
            return try arguments.guest.client.make("response-ready", call, [.u32(source)])
        }
        interface.add("[method]future-incoming-response.get") { (call, arguments) throws(EngineError) in
            let future = try arguments.get(0, as: FutureResponse.self)
            guard !future.isTaken else { return .option(.ok(.error(nil))) }
            let answer = try arguments.guest.client.number("response", call, [.u32(future.source)])
            if answer == pending { return .option(nil) }
            future.isTaken = true
            guard let source = handle(answer) else { return .option(.ok(.error(HTTPErrors.value(code(answer))))) }
            let response = try head(source, arguments.guest, call)
            return .option(.ok(.ok(arguments.give(response, .incomingResponse))))
        }
        interface.add("[method]incoming-response.status") { (_, arguments) throws(EngineError) in
            .u16(try arguments.get(0, as: IncomingResponse.self).status)
        }
        interface.add("[method]incoming-response.headers") { (_, arguments) throws(EngineError) in
            let response = try arguments.get(0, as: IncomingResponse.self)
            return arguments.give(Fields(response.fields, isMutable: false), .fields)
        }
        interface.add("[method]incoming-response.consume") { (call, arguments) throws(EngineError) in
            let response = try arguments.get(0, as: IncomingResponse.self)
            guard !response.isConsumed else { return .error(nil) }
            response.isConsumed = true
            let source = UInt32(try arguments.guest.client.number("consume", call, [.u32(response.source)]))
            return .ok(arguments.give(IncomingBody(source: source), .incomingBody))
        }
    }

    // MARK: Sending

    /// The engine's request, which has its fields only, until it is sent.
    static func made(
        _ request: OutgoingRequest, _ served: ServedGuest, _ call: HostCall
    ) throws(EngineError) -> UInt32 {
        if let made = request.made { return made }
        try served.prepareClient(call)
        let made = UInt32(try served.client.number("request", call, [list(request.fields)]))
        request.made = made
        return made
    }

    private enum Sent {
        case sent(FutureResponse)
        case refused(ErrorCode)
    }

    private static func send(
        _ request: OutgoingRequest, _ options: RequestOptions, _ served: ServedGuest, _ call: HostCall
    ) throws(EngineError) -> Sent {
        if let refusal = refusal(of: request, served.outgoing) {
            if let made = request.made { try drop(.outgoingRequest, made, served, call) }
            return .refused(refusal)
        }
        let most = min(timeout, served.exchange.nanosecondsLeft)
        let times = [options.connectTimeout, options.firstByteTimeout, options.betweenBytesTimeout]
        let made = try made(request, served, call)
        let answer = try served.client.number(
            "send", call,
            [
                .u32(made), .string(request.otherMethod ?? request.method.uppercased()),
                .u8(request.scheme == "HTTP" ? 0 : 1), .string(request.authority ?? ""), .string(request.path ?? "/"),
            ] + times.map { .u64(min($0 ?? timeout, most)) })
        guard let source = handle(answer) else { return .refused(code(answer)) }
        return .sent(FutureResponse(source: source))
    }

    private static func refusal(of request: OutgoingRequest, _ policy: OutgoingPolicy) -> ErrorCode? {
        if request.scheme == "other" { return .protocolError }
        guard let authority = request.authority.flatMap({ OutgoingPolicy.Authority($0) }) else {
            return .requestURIInvalid
        }
        return policy.allows(authority, isSecure: request.scheme != "HTTP") ? nil : .requestDenied
    }

    static func finish(
        _ body: UInt32, trailers: FieldList?, _ served: ServedGuest, _ call: HostCall
    ) throws(EngineError) -> ComponentValue {
        let answer = try served.client.number(
            "finish", call, [.u32(body), .bool(trailers != nil), list(trailers ?? FieldList())])
        return answer == 0 ? .ok(nil) : .error(HTTPErrors.value(ErrorCode(number: answer - 1)))
    }

    // MARK: What comes back

    private static func head(
        _ source: UInt32, _ served: ServedGuest, _ call: HostCall
    ) throws(EngineError) -> IncomingResponse {
        let (status, fields) = try pair(try served.client.ask("head", call, [.u32(source)]))
        return IncomingResponse(status: UInt16(truncatingIfNeeded: status), fields, source: source)
    }

    static func trailers(
        _ source: UInt32, _ served: ServedGuest, _ call: HostCall
    ) throws(EngineError) -> Exchange.BodyEnd {
        let (state, fields) = try pair(try served.client.ask("trailers", call, [.u32(source)]))
        switch state {
        case 0: return .pending
        case 1: return .complete(nil)
        case 2: return .complete(fields)
        default: return .failed(ErrorCode(number: UInt64(state) - 3))
        }
    }

    // MARK: The helper's words

    /// In bits 32 and 33: an error's number follows; nothing yet.
    private static let isError: UInt64 = 1 << 32
    private static let pending: UInt64 = 1 << 33

    private static func handle(_ answer: UInt64) -> UInt32? {
        answer & isError == 0 ? UInt32(truncatingIfNeeded: answer) : nil
    }

    private static func code(_ answer: UInt64) -> ErrorCode { ErrorCode(number: answer & 0xff) }

    private static func list(_ fields: FieldList) -> ComponentValue {
        .list(fields.entries.map { .tuple([.string($0.name), .bytes($0.value)]) })
    }

    private static func pair(_ value: ComponentValue) throws(EngineError) -> (UInt32, FieldList) {
        guard case .tuple(let values) = value, values.count == 2, case .u32(let number) = values[0] else {
            throw Arguments.unexpected("a pair")
        }
        var fields: [(String, [UInt8])] = []
        if case .list(let entries) = values[1] {
            for entry in entries {
                guard case .tuple(let pair) = entry, pair.count == 2, case .string(let name) = pair[0] else {
                    throw Arguments.unexpected("a field")
                }
                fields.append((name, try Arguments.bytes(pair[1])))
            }
        }
        return (number, FieldList(received: fields))
    }

    /// Those of the engine's resources that the guest can let go.
    enum Kind: UInt32 {
        case outgoingRequest, outgoingBody, futureResponse, incomingResponse, incomingBody, futureTrailers
    }

    static func drop(
        _ kind: Kind, _ handle: UInt32, _ served: ServedGuest, _ call: HostCall
    ) throws(EngineError) {
        try served.client.tell("drop", call, [.u32(kind.rawValue), .u32(handle)])
    }
}

extension ServedGuest {
    /// The guest has let a resource go: what it stood for goes too.
    func drop(_ number: UInt32, _ call: HostCall) {
        let (kind, handle): (HTTPClient.Kind, UInt32?) =
            switch table.drop(number) {
            case let request as OutgoingRequest: (.outgoingRequest, request.made)
            case let body as OutgoingBody: (.outgoingBody, body.target)
            case let future as FutureResponse: (.futureResponse, future.source)
            case let response as IncomingResponse: (.incomingResponse, response.source)
            case let body as IncomingBody: (.incomingBody, body.source)
            case let trailers as FutureTrailers: (.futureTrailers, trailers.source)
            default: (.outgoingRequest, nil)
            }
        // One that others are made from stays until the store goes.
        if let handle { try? HTTPClient.drop(kind, handle, self, call) }
    }
}
