internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// What goes out in answer, of `wasi:http/types`, for lowered components.
enum LoweredOutgoing {
    static func define(in interface: inout LoweredInterface) {
        interface.add("[constructor]outgoing-response", [.i32], .i32) { (call, guest) throws(EngineError) in
            let fields = try guest.handles.take(call.u32(0), as: Fields.self)
            call.answer(try guest.handles.add(OutgoingResponse(fields.list)))
        }
        interface.add("[method]outgoing-response.status-code", [.i32], .i32) { (call, guest) throws(EngineError) in
            call.answer(UInt32(try guest.handles.get(call.u32(0), as: OutgoingResponse.self).status))
        }
        interface.add("[method]outgoing-response.set-status-code", [.i32, .i32], .i32) {
            (call, guest) throws(EngineError) in
            let response = try guest.handles.get(call.u32(0), as: OutgoingResponse.self)
            call.answer(!response.setStatus(UInt16(truncatingIfNeeded: call.u32(1))))
        }
        interface.add("[method]outgoing-response.headers", [.i32], .i32) { (call, guest) throws(EngineError) in
            let response = try guest.handles.get(call.u32(0), as: OutgoingResponse.self)
            call.answer(try guest.handles.add(Fields(response.fields, isMutable: false, guest.budget)))
        }
        interface.add("[method]outgoing-response.body", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let response = try guest.handles.get(call.u32(0), as: OutgoingResponse.self)
            let isFirst = !response.isBodyTaken
            response.isBodyTaken = true
            try call.put(isFirst ? guest.handles.add(response.body) : nil, at: 1)
        }
        interface.add("[method]outgoing-body.write", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let body = try guest.handles.get(call.u32(0), as: OutgoingBody.self)
            let isFirst = !body.isStreamTaken
            body.isStreamTaken = true
            var kind = OutputKind.response
            if case .socket(let socket) = body.request?.body { kind = .request(socket) }
            try call.put(isFirst ? guest.handles.add(OutputStream(kind)) : nil, at: 1)
        }
        interface.add("[static]outgoing-body.finish", [.i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let body = try guest.handles.take(call.u32(0), as: OutgoingBody.self)
            let hasTrailers = try call.flag(1)
            let trailers = hasTrailers ? try guest.handles.take(call.u32(2), as: Fields.self).list : nil
            var fail: ((UnsafeMutableRawBufferPointer) -> Void)?
            if case .socket(let socket) = body.request?.body {
                if let size = socket.finish(trailers: trailers) {
                    fail = try call.give(OutgoingFailure(.requestBodySize, .body(size: size)))
                }
            } else if body.isSent {
                guest.exchange.finish(trailers: trailers)
            } else {
                body.finished = trailers ?? FieldList()
            }
            // result<_, error-code>, whose error is aligned to 8.
            let place = try call.place(3, count: 40, alignment: 8)
            place.put(fail == nil ? 0 : 1 as UInt8, at: 0)
            fail?(place.part(from: 8))
        }
        // The outparam; result<outgoing-response, error-code>, whose cases share their places.
        interface.add(
            "[static]response-outparam.set", [.i32, .i32, .i32, .i32, .i64, .i32, .i32, .i32, .i32]
        ) { (call, guest) throws(EngineError) in
            _ = try guest.handles.take(call.u32(0), as: ResponseOutparam.self)
            if try call.flag(1) {
                guest.exchange.fail(try call.error())
            } else {
                guest.answer(try guest.handles.take(call.u32(2), as: OutgoingResponse.self))
            }
        }
        interface.add("http-error-code", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let failure = try guest.handles.get(call.u32(0), as: StreamError.self).failure
            let fill = try failure.map { (failure) throws(EngineError) in try call.give(failure) }
            let place = try call.place(1, count: 40, alignment: 8)
            place.put(fill == nil ? 0 : 1 as UInt8, at: 0)
            fill?(place.part(from: 8))
        }
    }
}

extension CoreCall {
    /// The case of an option or a result.
    func flag(_ argument: Int) throws(EngineError) -> Bool {
        guard u32(argument) < 2 else { throw Self.trap("\(u32(argument)) is no case of a result or an option") }
        return u32(argument) == 1
    }

    /// The `error-code` of `response-outparam.set`. What it carries is only ever shown; that it is there is checked.
    fileprivate func error() throws(EngineError) -> ErrorCode {
        guard Int(u32(2)) < ErrorCode.allCases.count else { throw Self.trap("there is no error of number \(u32(2))") }
        let code = ErrorCode(number: UInt64(u32(2)))
        switch code {
        case .dnsError, .requestTrailerSize, .responseHeaderSize, .responseTrailerSize:
            try checkText(3)
            _ = try flag(6)
        case .tlsAlertReceived:
            _ = try flag(3)
            try checkText(5)
        case .requestHeaderSize:
            if try flag(3) {
                try checkText(4)
                _ = try flag(7)
            }
        case .responseTransferCoding, .responseContentCoding, .internalError: try checkText(3)
        case .requestBodySize, .requestHeaderSectionSize, .requestTrailerSectionSize, .responseHeaderSectionSize,
            .responseBodySize, .responseTrailerSectionSize:
            _ = try flag(3)
        default: break
        }
        return code
    }

    /// `option<string>`.
    private func checkText(_ argument: Int) throws(EngineError) {
        if try flag(argument) { _ = try string(argument + 1) }
    }
}
