internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// What comes in, of `wasi:http/types`: the request, its body and its trailers.
enum HTTPIncoming {
    /// In the order of `method`'s cases; `other` comes after them.
    static let methods = ["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"]

    static func define(in interface: inout HostInterface) {
        interface.add("[method]incoming-request.method") { (_, arguments) throws(EngineError) in
            let method = try arguments.served.exchange.request.method
            // Methods are case-sensitive (RFC 9110, 9.1).
            guard method == method.uppercased(), methods.contains(method.lowercased()) else {
                return .variant("other", .string(method))
            }
            return .variant(method.lowercased(), nil)
        }
        interface.add("[method]incoming-request.path-with-query") { (_, arguments) throws(EngineError) in
            .option(try arguments.served.exchange.request.path.map { .string($0) })
        }
        interface.add("[method]incoming-request.scheme") { _, _ in .option(.variant("HTTP", nil)) }
        interface.add("[method]incoming-request.authority") { (_, arguments) throws(EngineError) in
            .option(try arguments.served.exchange.request.authority.map { .string($0) })
        }
        interface.add("[method]incoming-request.headers") { (_, arguments) throws(EngineError) in
            arguments.give(
                Fields(try arguments.served.exchange.request.fields, isMutable: false, arguments.guest.budget), .fields)
        }
        interface.add("[method]incoming-request.consume") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: IncomingRequest.self)
            guard !request.isConsumed else { return .error(nil) }
            request.isConsumed = true
            return .ok(arguments.give(IncomingBody(), .incomingBody))
        }
        interface.add("[method]incoming-body.stream") { (call, arguments) throws(EngineError) in
            let body = try arguments.get(0, as: IncomingBody.self)
            guard !body.isStreamTaken else { return .error(nil) }
            body.isStreamTaken = true
            if let source = body.source { return .ok(try arguments.guest.client.make("read", call, [.u32(source)])) }
            let served = try arguments.served
            served.exchange.wantBody()
            return .ok(try served.makeInput(call))
        }
        interface.add("[static]incoming-body.finish") { (call, arguments) throws(EngineError) in
            let body = try arguments.take(arguments.values[0], as: IncomingBody.self)
            let source = try body.source.map { (source) throws(EngineError) in
                UInt32(try arguments.guest.client.number("end", call, [.u32(source)]))
            }
            return arguments.give(FutureTrailers(of: body.sent, source: source), .futureTrailers)
        }
        interface.add("[method]future-trailers.subscribe") { (call, arguments) throws(EngineError) in
            if let source = try arguments.get(0, as: FutureTrailers.self).source {
                return try arguments.guest.client.make("trailers-ready", call, [.u32(source)])
            }
            let served = try arguments.served
            guard case .pending = served.exchange.requestBodyEnd else { return try served.wait(0, call) }
            // The guest looks again then: there is no pollable of ours to wake it.
            return try served.wait(5_000_000, call)
        }
        interface.add("[method]future-trailers.get") { (call, arguments) throws(EngineError) in
            let future = try arguments.get(0, as: FutureTrailers.self)
            guard !future.isTaken else { return .option(.error(nil)) }
            let end = try HTTPClient.trailers(future, arguments, call)
            switch end {
            case .pending: return .option(nil)
            case .failed(let failure):
                future.isTaken = true
                return .option(.ok(.error(HTTPErrors.value(failure))))
            case .complete(let trailers):
                future.isTaken = true
                let fields = trailers.map {
                    arguments.give(Fields($0, isMutable: false, arguments.guest.budget), .fields)
                }
                return .option(.ok(.ok(.option(fields))))
            }
        }
    }
}
