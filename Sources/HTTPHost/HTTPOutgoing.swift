internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// What goes out in answer, of `wasi:http/types`: the response and its body.
enum HTTPOutgoing {
    static func define(in interface: inout HostInterface) {
        interface.add("[constructor]outgoing-response") { (_, arguments) throws(EngineError) in
            let fields = try arguments.take(arguments.values[0], as: Fields.self)
            return arguments.give(OutgoingResponse(fields.list), .outgoingResponse)
        }
        interface.add("[method]outgoing-response.status-code") { (_, arguments) throws(EngineError) in
            .u16(try arguments.get(0, as: OutgoingResponse.self).status)
        }
        interface.add("[method]outgoing-response.set-status-code") { (_, arguments) throws(EngineError) in
            let status = UInt16(try arguments.number(1))
            return try arguments.get(0, as: OutgoingResponse.self).setStatus(status) ? .ok(nil) : .error(nil)
        }
        interface.add("[method]outgoing-response.headers") { (_, arguments) throws(EngineError) in
            let response = try arguments.get(0, as: OutgoingResponse.self)
            return arguments.give(Fields(response.fields, isMutable: false, arguments.guest.budget), .fields)
        }
        interface.add("[method]outgoing-response.body") { (_, arguments) throws(EngineError) in
            let response = try arguments.get(0, as: OutgoingResponse.self)
            guard !response.isBodyTaken else { return .error(nil) }
            response.isBodyTaken = true
            return .ok(arguments.give(response.body, .outgoingBody))
        }
        interface.add("[method]outgoing-body.write") { (call, arguments) throws(EngineError) in
            let body = try arguments.get(0, as: OutgoingBody.self)
            guard !body.isStreamTaken else { return .error(nil) }
            body.isStreamTaken = true
            if case .engine(let target) = body.request?.body {
                return .ok(try arguments.guest.client.make("write", call, [.u32(target)]))
            }
            return .ok(try arguments.served.makeOutput(call))
        }
        interface.add("[static]outgoing-body.finish") { (call, arguments) throws(EngineError) in
            let body = try arguments.take(arguments.values[0], as: OutgoingBody.self)
            var trailers: FieldList?
            if let value = try arguments.option(1) { trailers = try arguments.take(value, as: Fields.self).list }
            if let (request, sent) = body.request, case .engine(let target) = request {
                return try HTTPClient.finish(target, sent, trailers: trailers, arguments.guest, call)
            }
            if body.isSent {
                try arguments.served.exchange.finish(trailers: trailers)
            } else {
                body.finished = trailers ?? FieldList()
            }
            return .ok(nil)
        }
        interface.add("[static]response-outparam.set") { (_, arguments) throws(EngineError) in
            _ = try arguments.take(arguments.values[0], as: ResponseOutparam.self)
            switch arguments.values[1] {
            case .ok(let response?): try arguments.served.answer(arguments.take(response, as: OutgoingResponse.self))
            case .error(let code): try arguments.served.exchange.fail(HTTPErrors.code(code))
            default: throw Arguments.unexpected("a response")
            }
            return nil
        }
        // No interim responses but 100, which the server sends by itself.
        interface.add("[method]response-outparam.send-informational") { _, _ in
            .error(HTTPErrors.value(OutgoingFailure(.internalError, .text("interim responses are not supported"))))
        }
        interface.add("http-error-code") { _, _ in .option(nil) }
    }
}
