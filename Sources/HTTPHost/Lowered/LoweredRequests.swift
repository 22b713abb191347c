internal import LinuxSystem
internal import WASIHTTP
internal import Wasm

/// Requests of the guest's own, of `wasi:http/types`, until they are sent, for lowered components.
enum LoweredRequests {
    private static let methods = HTTPIncoming.methods
    /// In the order of their cases; `other` comes after them.
    private static let schemes = ["HTTP", "HTTPS"]

    static func define(in interface: inout LoweredInterface) {
        interface.add("[constructor]outgoing-request", [.i32], .i32) { (call, guest) throws(EngineError) in
            let fields = try guest.handles.take(call.u32(0), as: Fields.self)
            call.answer(try guest.handles.add(OutgoingRequest(fields.list)))
        }
        interface.add("[method]outgoing-request.method", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            let other = try request.otherMethod.map { (text) throws(EngineError) in try call.give(text) }
            let place = try call.place(1, count: 12, alignment: 4)
            place.put(UInt8(methods.firstIndex(of: request.method) ?? methods.count), at: 0)
            if let other { place.put(other, at: 4) }
        }
        interface.add("[method]outgoing-request.set-method", [.i32, .i32, .i32, .i32], .i32) {
            (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            let name = try call.name(1, of: methods)
            let other = name == nil ? try call.string(2) : nil
            if let other, !FieldList.isName(other) { return call.answer(true) }
            (request.method, request.otherMethod) = (name ?? "other", other)
            call.answer(false)
        }
        text("path-with-query", \.path, in: &interface)
        text("authority", \.authority, in: &interface)
        interface.add("[method]outgoing-request.scheme", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            let other = try request.otherScheme.map { (text) throws(EngineError) in try call.give(text) }
            let place = try call.place(1, count: 16, alignment: 4)
            place.put(request.scheme == nil ? 0 : 1 as UInt8, at: 0)
            guard let scheme = request.scheme else { return }
            place.put(UInt8(schemes.firstIndex(of: scheme) ?? schemes.count), at: 4)
            if let other { place.put(other, at: 8) }
        }
        interface.add("[method]outgoing-request.set-scheme", [.i32, .i32, .i32, .i32, .i32], .i32) {
            (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            (request.scheme, request.otherScheme) = (nil, nil)
            if try call.flag(1) {
                let name = try call.name(2, of: schemes)
                request.otherScheme = name == nil ? try call.string(3) : nil
                request.scheme = name ?? "other"
            }
            call.answer(false)
        }
        interface.add("[method]outgoing-request.headers", [.i32], .i32) { (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            call.answer(try guest.handles.add(Fields(request.fields, isMutable: false, guest.budget)))
        }
        interface.add("[method]outgoing-request.body", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            guard !request.isBodyTaken else { return try call.put(nil as UInt32?, at: 1) }
            request.isBodyTaken = true
            try call.put(guest.handles.add(OutgoingBody(of: (.socket(request.bodySocket()), request.call))), at: 1)
        }
        defineOptions(in: &interface)
    }

    private static func text(
        _ name: String, _ place: ReferenceWritableKeyPath<OutgoingRequest, String?>,
        in interface: inout LoweredInterface
    ) {
        interface.add("[method]outgoing-request.\(name)", [.i32, .i32]) { (call, guest) throws(EngineError) in
            try call.put(guest.handles.get(call.u32(0), as: OutgoingRequest.self)[keyPath: place], at: 1)
        }
        interface.add("[method]outgoing-request.set-\(name)", [.i32, .i32, .i32, .i32], .i32) {
            (call, guest) throws(EngineError) in
            let request = try guest.handles.get(call.u32(0), as: OutgoingRequest.self)
            let text = try call.flag(1) ? try call.string(2) : nil
            if let text, !OutgoingRequest.isPart(text) { return call.answer(true) }
            request[keyPath: place] = text
            call.answer(false)
        }
    }

    private static func defineOptions(in interface: inout LoweredInterface) {
        interface.add("[constructor]request-options", [], .i32) { (call, guest) throws(EngineError) in
            call.answer(try guest.handles.add(RequestOptions()))
        }
        let times: [(String, ReferenceWritableKeyPath<RequestOptions, UInt64?>)] = [
            ("connect-timeout", \.connectTimeout), ("first-byte-timeout", \.firstByteTimeout),
            ("between-bytes-timeout", \.betweenBytesTimeout),
        ]
        for (name, time) in times {
            interface.add("[method]request-options.\(name)", [.i32, .i32]) { (call, guest) throws(EngineError) in
                let value = try guest.handles.get(call.u32(0), as: RequestOptions.self)[keyPath: time]
                let place = try call.place(1, count: 16, alignment: 8)
                place.put(value == nil ? 0 : 1 as UInt8, at: 0)
                place.put(value ?? 0, at: 8)
            }
            interface.add("[method]request-options.set-\(name)", [.i32, .i32, .i64], .i32) {
                (call, guest) throws(EngineError) in
                let options = try guest.handles.get(call.u32(0), as: RequestOptions.self)
                options[keyPath: time] = try call.flag(1) ? call.u64(2) : nil
                call.answer(false)
            }
        }
    }
}

extension CoreCall {
    /// The case that an argument says; nil for the one after them, which has a text.
    fileprivate func name(_ argument: Int, of cases: [String]) throws(EngineError) -> String? {
        let number = Int(u32(argument))
        guard number <= cases.count else { throw Self.trap("\(number) is no case of a variant") }
        return number < cases.count ? cases[number] : nil
    }
}

extension OutgoingRequest {
    /// What its bodies go through.
    func bodySocket() throws(EngineError) -> BodySocket {
        if let socket { return socket }
        let declared = fields.values(of: "content-length").first.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
        do throws(SystemCallError) {
            let made = try BodySocket(call, declared: declared)
            socket = made
            return made
        } catch {
            throw CoreCall.trap("no socket for the request: \(error)")
        }
    }
}
