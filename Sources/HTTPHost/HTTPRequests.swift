internal import WASIHTTP
internal import Wasm

/// Requests of the guest's own, of `wasi:http/types`, until they are sent.
enum HTTPRequests {
    private typealias Place = ReferenceWritableKeyPath<RequestOptions, UInt64?>

    static func define(in interface: inout HostInterface) {
        interface.add("[constructor]outgoing-request") { (_, arguments) throws(EngineError) in
            let fields = try arguments.take(arguments.values[0], as: Fields.self)
            return arguments.give(OutgoingRequest(fields.list), .outgoingRequest)
        }
        interface.add("[method]outgoing-request.method") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            return .variant(request.method, request.otherMethod.map { .string($0) })
        }
        interface.add("[method]outgoing-request.set-method") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            guard case .variant(let name, let other) = arguments.values[1] else {
                throw Arguments.unexpected("a method")
            }
            var text: String?
            if case .string(let word) = other {
                guard FieldList.isName(word) else { return .error(nil) }
                text = word
            }
            (request.method, request.otherMethod) = (name, text)
            return .ok(nil)
        }
        text("path-with-query", \.path, in: &interface)
        text("authority", \.authority, in: &interface)
        interface.add("[method]outgoing-request.scheme") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            return .option(request.scheme.map { .variant($0, request.otherScheme.map { .string($0) }) })
        }
        interface.add("[method]outgoing-request.set-scheme") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            (request.scheme, request.otherScheme) = (nil, nil)
            if case .variant(let name, let other) = try arguments.option(1) {
                request.scheme = name
                if case .string(let text) = other { request.otherScheme = text }
            }
            return .ok(nil)
        }
        interface.add("[method]outgoing-request.headers") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            return arguments.give(Fields(request.fields, isMutable: false, arguments.guest.budget), .fields)
        }
        interface.add("[method]outgoing-request.body") { (call, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            guard !request.isBodyTaken else { return .error(nil) }
            request.isBodyTaken = true
            let made = try HTTPClient.made(request, arguments.guest, call)
            let target = UInt32(try arguments.guest.client.number("body", call, [.u32(made)]))
            return .ok(arguments.give(OutgoingBody(of: (.engine(target), request.call)), .outgoingBody))
        }
        interface.add("[constructor]request-options") { _, arguments in
            arguments.give(RequestOptions(), .requestOptions)
        }
        timeout("connect-timeout", \.connectTimeout, in: &interface)
        timeout("first-byte-timeout", \.firstByteTimeout, in: &interface)
        timeout("between-bytes-timeout", \.betweenBytesTimeout, in: &interface)
    }

    private static func text(
        _ name: String, _ place: ReferenceWritableKeyPath<OutgoingRequest, String?>,
        in interface: inout HostInterface
    ) {
        interface.add("[method]outgoing-request.\(name)") { (_, arguments) throws(EngineError) in
            .option(try arguments.get(0, as: OutgoingRequest.self)[keyPath: place].map { .string($0) })
        }
        interface.add("[method]outgoing-request.set-\(name)") { (_, arguments) throws(EngineError) in
            let request = try arguments.get(0, as: OutgoingRequest.self)
            var text: String?
            if case .string(let value) = try arguments.option(1) {
                guard OutgoingRequest.isPart(value) else { return .error(nil) }
                text = value
            }
            request[keyPath: place] = text
            return .ok(nil)
        }
    }

    private static func timeout(_ name: String, _ place: Place, in interface: inout HostInterface) {
        interface.add("[method]request-options.\(name)") { (_, arguments) throws(EngineError) in
            .option(try arguments.get(0, as: RequestOptions.self)[keyPath: place].map { .u64($0) })
        }
        interface.add("[method]request-options.set-\(name)") { (_, arguments) throws(EngineError) in
            var value: UInt64?
            if case .u64(let number) = try arguments.option(1) { value = number }
            try arguments.get(0, as: RequestOptions.self)[keyPath: place] = value
            return .ok(nil)
        }
    }
}
