internal import WASIHTTP
internal import Wasm

/// `fields` of `wasi:http/types`.
enum HTTPFields {
    static func define(in interface: inout HostInterface) {
        interface.add("[constructor]fields") { (_, arguments) throws(EngineError) in
            arguments.give(Fields(FieldList(), arguments.guest.budget), .fields)
        }
        interface.add("[static]fields.from-list") { (_, arguments) throws(EngineError) in
            guard case .list(let entries) = arguments.values[0] else { throw Arguments.unexpected("a list") }
            let fields = Fields(FieldList(), arguments.guest.budget)
            for entry in entries {
                guard case .tuple(let pair) = entry, pair.count == 2, case .string(let name) = pair[0] else {
                    throw Arguments.unexpected("a field")
                }
                let value = try Arguments.bytes(pair[1])
                do throws(FieldList.Refusal) {
                    try fields.change { (list) throws(FieldList.Refusal) in try list.append(name, value) }
                } catch {
                    return .error(.variant(error.rawValue, nil))
                }
            }
            return .ok(arguments.give(fields, .fields))
        }
        interface.add("[method]fields.get") { (_, arguments) throws(EngineError) in
            let name = try arguments.text(1)
            return .list(try arguments.get(0, as: Fields.self).list.values(of: name).map { .bytes($0) })
        }
        interface.add("[method]fields.has") { (_, arguments) throws(EngineError) in
            let name = try arguments.text(1)
            return .bool(!(try arguments.get(0, as: Fields.self)).list.values(of: name).isEmpty)
        }
        interface.add("[method]fields.set") { (_, arguments) throws(EngineError) in
            let name = try arguments.text(1)
            var values: [[UInt8]] = []
            if case .list(let list) = arguments.values[2] {
                for value in list { values.append(try Arguments.bytes(value)) }
            }
            return try change(arguments) { (list) throws(FieldList.Refusal) in try list.set(name, to: values) }
        }
        interface.add("[method]fields.delete") { (_, arguments) throws(EngineError) in
            let name = try arguments.text(1)
            return try change(arguments) { (list) throws(FieldList.Refusal) in try list.remove(name) }
        }
        interface.add("[method]fields.append") { (_, arguments) throws(EngineError) in
            let name = try arguments.text(1)
            let value = try Arguments.bytes(arguments.values[2])
            return try change(arguments) { (list) throws(FieldList.Refusal) in try list.append(name, value) }
        }
        interface.add("[method]fields.entries") { (_, arguments) throws(EngineError) in
            .list(
                try arguments.get(0, as: Fields.self).list.entries.map { .tuple([.string($0.name), .bytes($0.value)]) })
        }
        interface.add("[method]fields.clone") { (_, arguments) throws(EngineError) in
            arguments.give(Fields(try arguments.get(0, as: Fields.self).list, arguments.guest.budget), .fields)
        }
    }

    private static func change(
        _ arguments: Arguments, _ body: (inout FieldList) throws(FieldList.Refusal) -> Void
    ) throws(EngineError) -> ComponentValue {
        let fields = try arguments.get(0, as: Fields.self)
        do throws(FieldList.Refusal) {
            try fields.change(body)
            return .ok(nil)
        } catch {
            return .error(.variant(error.rawValue, nil))
        }
    }
}
