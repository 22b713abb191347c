internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// What comes in, of `wasi:http/types`, for lowered components.
enum LoweredIncoming {
    /// In the order of `method`'s cases; `other` comes after them.
    private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]

    static func define(in interface: inout LoweredInterface) {
        interface.add("[method]incoming-request.method", [.i32, .i32]) { (call, guest) throws(EngineError) in
            _ = try guest.handles.get(call.u32(0), as: IncomingRequest.self)
            let method = guest.exchange.request.method
            // Methods are case-sensitive (RFC 9110, 9.1).
            let number = methods.firstIndex(of: method)
            let other = number == nil ? try call.give(method) : nil
            let place = try call.place(1, count: 12, alignment: 4)
            place.put(UInt8(number ?? methods.count), at: 0)
            if let other { place.put(other, at: 4) }
        }
        interface.add("[method]incoming-request.path-with-query", [.i32, .i32]) { (call, guest) throws(EngineError) in
            _ = try guest.handles.get(call.u32(0), as: IncomingRequest.self)
            try call.put(guest.exchange.request.path, at: 1)
        }
        interface.add("[method]incoming-request.scheme", [.i32, .i32]) { (call, guest) throws(EngineError) in
            _ = try guest.handles.get(call.u32(0), as: IncomingRequest.self)
            let place = try call.place(1, count: 16, alignment: 4)
            // HTTP, the first case.
            place.put(1 as UInt8, at: 0)
            place.put(0 as UInt8, at: 4)
        }
        interface.add("[method]incoming-request.authority", [.i32, .i32]) { (call, guest) throws(EngineError) in
            _ = try guest.handles.get(call.u32(0), as: IncomingRequest.self)
            try call.put(guest.exchange.request.authority, at: 1)
        }
        interface.add("[method]incoming-request.headers", [.i32], .i32) { (call, guest) throws(EngineError) in
            _ = try guest.handles.get(call.u32(0), as: IncomingRequest.self)
            call.answer(try guest.handles.add(Fields(guest.exchange.request.fields, isMutable: false, guest.budget)))
        }
        interface.add("[method]incoming-request.consume", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: IncomingRequest.self)
            let isFirst = !request.isConsumed
            request.isConsumed = true
            try call.put(isFirst ? guest.handles.add(IncomingBody()) : nil, at: 1)
        }
        interface.add("[method]incoming-body.stream", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let body = try guest.handles.get(call.u32(0), as: IncomingBody.self)
            guard !body.isStreamTaken else { return try call.put(nil as UInt32?, at: 1) }
            body.isStreamTaken = true
            if let sent = body.sent, case .socket(let socket) = sent.body {
                return try call.put(guest.handles.add(BodyInput(.response(sent, socket))), at: 1)
            }
            guest.exchange.wantBody()
            try call.put(guest.handles.add(guest.input), at: 1)
        }
        interface.add("[static]incoming-body.finish", [.i32], .i32) { (call, guest) throws(EngineError) in
            let body = try guest.handles.take(call.u32(0), as: IncomingBody.self)
            call.answer(try guest.handles.add(FutureTrailers(of: body.sent)))
        }
        interface.add("[method]future-trailers.subscribe", [.i32], .i32) { (call, guest) throws(EngineError) in
            let sent = try guest.handles.get(call.u32(0), as: FutureTrailers.self).sent
            let event = sent.map { Pollable.Event.trailersOfResponse($0) } ?? .trailers
            call.answer(try guest.handles.add(Pollable(event)))
        }
        interface.add("[method]future-trailers.get", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let future = try guest.handles.get(call.u32(0), as: FutureTrailers.self)
            let end = future.sent?.call.bodyEnd ?? OutgoingCall.BodyEnd(guest.exchange.requestBodyEnd)
            var fail: ((UnsafeMutableRawBufferPointer) -> Void)?
            if !future.isTaken, case .failed(let failure) = end { fail = try call.give(failure) }
            // option<result<result<option<trailers>, error-code>>>: each one's case, then what it has, aligned to 8.
            let place = try call.place(1, count: 56, alignment: 8)
            if case .pending = end, !future.isTaken { return place.put(0 as UInt8, at: 0) }
            place.put(1 as UInt8, at: 0)
            place.put(future.isTaken ? 1 : 0 as UInt8, at: 8)
            guard !future.isTaken else { return }
            future.isTaken = true
            place.put(fail == nil ? 0 : 1 as UInt8, at: 16)
            if let fail { return fail(place.part(from: 24)) }
            guard case .complete(let trailers?) = end else { return place.put(0 as UInt8, at: 24) }
            place.put(1 as UInt8, at: 24)
            place.put(try guest.handles.add(Fields(trailers, isMutable: false, guest.budget)), at: 28)
        }
    }
}
