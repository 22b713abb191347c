internal import Glibc
internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// Requests of the guest's own as they are sent, and what comes back, for lowered components.
enum LoweredClient {
    static var handler: LoweredInterface {
        var interface = LoweredInterface("wasi:http/outgoing-handler")
        interface.add("handle", [.i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let request = try guest.handles.take(call.u32(0), as: OutgoingRequest.self)
            let options = try call.flag(1) ? try guest.handles.take(call.u32(2), as: RequestOptions.self) : nil
            let socket = try request.bodySocket()
            let sender = guest.surroundings.sender
            var sent: SentRequest?
            var fail: ((UnsafeMutableRawBufferPointer) -> Void)?
            do throws(OutgoingFailure) {
                sent = try sender.send(
                    request, options ?? RequestOptions(), over: socket, time: guest.exchange.nanosecondsLeft)
            } catch {
                fail = try call.give(error)
            }
            let handle = try sent.map { (sent) throws(EngineError) in try guest.handles.add(sent) }
            let place = try call.place(3, count: 40, alignment: 8)
            place.put(handle == nil ? 1 : 0 as UInt8, at: 0)
            if let handle { place.put(handle, at: 8) }
            fail?(place.part(from: 8))
        }
        return interface
    }

    static func define(in interface: inout LoweredInterface) {
        interface.add("[method]future-incoming-response.subscribe", [.i32], .i32) {
            (call, guest) throws(EngineError) in
            let sent = try guest.handles.get(call.u32(0), as: SentRequest.self)
            guard case .socket(let socket) = sent.body, !sent.isTaken else {
                return call.answer(try guest.handles.add(Pollable(.now)))
            }
            call.answer(try guest.handles.add(Pollable(.socket(socket, POLLIN))))
        }
        interface.add("[method]future-incoming-response.get", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let sent = try guest.handles.get(call.u32(0), as: SentRequest.self)
            var response: UInt32 = 0
            var fail: ((UnsafeMutableRawBufferPointer) -> Void)?
            let isLater = sent.isTaken
            if !isLater {
                guard case .socket(let socket) = sent.body, socket.takeAnswer() else {
                    // Not yet.
                    return try call.place(1, count: 56, alignment: 8).put(0 as UInt8, at: 0)
                }
                sent.isTaken = true
                switch sent.call.progress {
                case .response(let status, let fields):
                    response = try guest.handles.add(IncomingResponse(status: status, fields, of: sent))
                case .failed(let failure): fail = try call.give(failure)
                case .pending: fail = try call.give(OutgoingFailure(.internalError))
                }
            }
            // option<result<result<incoming-response, error-code>>>: each one's case, then what it has, aligned to 8.
            let place = try call.place(1, count: 56, alignment: 8)
            place.put(1 as UInt8, at: 0)
            place.put(isLater ? 1 : 0 as UInt8, at: 8)
            place.put(fail == nil ? 0 : 1 as UInt8, at: 16)
            if let fail { fail(place.part(from: 24)) } else { place.put(response, at: 24) }
        }
        interface.add("[method]incoming-response.status", [.i32], .i32) { (call, guest) throws(EngineError) in
            call.answer(UInt32(try guest.handles.get(call.u32(0), as: IncomingResponse.self).status))
        }
        interface.add("[method]incoming-response.headers", [.i32], .i32) { (call, guest) throws(EngineError) in
            let response = try guest.handles.get(call.u32(0), as: IncomingResponse.self)
            call.answer(try guest.handles.add(Fields(response.fields, isMutable: false, guest.budget)))
        }
        interface.add("[method]incoming-response.consume", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let response = try guest.handles.get(call.u32(0), as: IncomingResponse.self)
            let isFirst = !response.isConsumed
            response.isConsumed = true
            try call.put(isFirst ? guest.handles.add(IncomingBody(of: response.sent)) : nil, at: 1)
        }
    }
}
