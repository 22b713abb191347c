internal import CWasmtime

/// A value that passes between a component and a function of ours, in the kinds that our interfaces have.
package enum ComponentValue {
    case bool(Bool)
    case u8(UInt8)
    case u16(UInt16)
    case u32(UInt32)
    case u64(UInt64)
    case string(String)
    /// A `list<u8>`. Each byte is a value of its own to the C API: for short ones only.
    case bytes([UInt8])
    case list([ComponentValue])
    case tuple([ComponentValue])
    case record([(name: String, value: ComponentValue)])
    indirect case variant(String, ComponentValue?)
    /// The case's name.
    case enumeration(String)
    indirect case option(ComponentValue?)
    indirect case ok(ComponentValue?)
    indirect case error(ComponentValue?)
    /// An owned resource of ours, to be given to the guest: the number of its type and its own.
    case own(type: UInt32, UInt32)
    /// A resource of ours that came from the guest; an owned one is the host's from now on.
    case resource(UInt32)
    /// An owned resource of wasmtime's, passed on as it came.
    case foreign(ForeignResource)
    /// A resource of wasmtime's that came from the guest, and was let go.
    case dropped
}

/// A resource of wasmtime's on its way through the host. Whoever passes it on gives it away.
package struct ForeignResource {
    let raw: OpaquePointer
}

extension ComponentValue {
    /// Reads a value, which stays the library's.
    init(_ value: wasmtime_component_val_t, _ context: OpaquePointer?) throws(EngineError) {
        switch Int(value.kind) {
        case WASMTIME_COMPONENT_VALKIND_BOOL: self = .bool(value.of.boolean)
        case WASMTIME_COMPONENT_VALKIND_U8: self = .u8(value.of.u8)
        case WASMTIME_COMPONENT_VALKIND_U16: self = .u16(value.of.u16)
        case WASMTIME_COMPONENT_VALKIND_U32: self = .u32(value.of.u32)
        case WASMTIME_COMPONENT_VALKIND_U64: self = .u64(value.of.u64)
        case WASMTIME_COMPONENT_VALKIND_STRING: self = .string(Self.text(value.of.string))
        case WASMTIME_COMPONENT_VALKIND_LIST: self = try Self.list(value.of.list, context)
        case WASMTIME_COMPONENT_VALKIND_TUPLE:
            self = .tuple(try Self.values(value.of.tuple.data, value.of.tuple.size, context))
        case WASMTIME_COMPONENT_VALKIND_RECORD:
            var fields: [(name: String, value: ComponentValue)] = []
            for index in 0..<value.of.record.size {
                guard let entry = value.of.record.data?[index] else { break }
                fields.append((Self.text(entry.name), try ComponentValue(entry.val, context)))
            }
            self = .record(fields)
        case WASMTIME_COMPONENT_VALKIND_VARIANT:
            self = .variant(Self.text(value.of.variant.discriminant), try Self.optional(value.of.variant.val, context))
        case WASMTIME_COMPONENT_VALKIND_ENUM: self = .enumeration(Self.text(value.of.enumeration))
        case WASMTIME_COMPONENT_VALKIND_OPTION: self = .option(try Self.optional(value.of.option, context))
        case WASMTIME_COMPONENT_VALKIND_RESULT:
            let inner = try Self.optional(value.of.result.val, context)
            self = value.of.result.is_ok ? .ok(inner) : .error(inner)
        case WASMTIME_COMPONENT_VALKIND_RESOURCE:
            var host: OpaquePointer?
            if let error = wasmtime_component_resource_any_to_host(context, value.of.resource, &host) {
                wasmtime_error_delete(error)
                try EngineError.check(wasmtime_component_resource_any_drop(context, value.of.resource), .call)
                self = .dropped
                return
            }
            defer { wasmtime_component_resource_host_delete(host) }
            self = .resource(wasmtime_component_resource_host_rep(host))
        default:
            throw EngineError(operation: .call, message: "a value of kind \(value.kind) is not expected")
        }
    }

    private static func text(_ name: wasm_name_t) -> String {
        String(decoding: UnsafeBufferPointer(start: name.data, count: name.size), as: UTF8.self)
    }

    private static func optional(
        _ value: UnsafeMutablePointer<wasmtime_component_val_t>?, _ context: OpaquePointer?
    ) throws(EngineError) -> ComponentValue? {
        guard let value else { return nil }
        return try ComponentValue(value.pointee, context)
    }

    private static func values(
        _ start: UnsafeMutablePointer<wasmtime_component_val_t>?, _ count: Int, _ context: OpaquePointer?
    ) throws(EngineError) -> [ComponentValue] {
        var values: [ComponentValue] = []
        for value in UnsafeBufferPointer(start: start, count: count) {
            values.append(try ComponentValue(value, context))
        }
        return values
    }

    private static func list(
        _ list: wasmtime_component_vallist_t, _ context: OpaquePointer?
    ) throws(EngineError) -> ComponentValue {
        guard list.size > 0, Int(list.data[0].kind) == WASMTIME_COMPONENT_VALKIND_U8 else {
            return .list(try values(list.data, list.size, context))
        }
        return .bytes(UnsafeBufferPointer(start: list.data, count: list.size).map { $0.of.u8 })
    }
}

extension ComponentValue {
    /// Makes the library's form, which the caller has to hand over or to delete.
    consuming func lowered(_ context: OpaquePointer?) throws(EngineError) -> wasmtime_component_val_t {
        var raw = wasmtime_component_val_t()
        switch self {
        case .bool(let value): raw.set(WASMTIME_COMPONENT_VALKIND_BOOL) { $0.boolean = value }
        case .u8(let value): raw.set(WASMTIME_COMPONENT_VALKIND_U8) { $0.u8 = value }
        case .u16(let value): raw.set(WASMTIME_COMPONENT_VALKIND_U16) { $0.u16 = value }
        case .u32(let value): raw.set(WASMTIME_COMPONENT_VALKIND_U32) { $0.u32 = value }
        case .u64(let value): raw.set(WASMTIME_COMPONENT_VALKIND_U64) { $0.u64 = value }
        case .string(let text): raw.set(WASMTIME_COMPONENT_VALKIND_STRING) { $0.string = Self.name(text) }
        case .bytes(let bytes):
            var list = wasmtime_component_vallist_t()
            wasmtime_component_vallist_new_uninit(&list, bytes.count)
            for (index, byte) in bytes.enumerated() {
                var element = wasmtime_component_val_t()
                element.set(WASMTIME_COMPONENT_VALKIND_U8) { $0.u8 = byte }
                (list.data + index).initialize(to: element)
            }
            raw.set(WASMTIME_COMPONENT_VALKIND_LIST) { $0.list = list }
        case .list(let values):
            var list = wasmtime_component_vallist_t()
            let lowered = try Self.lower(values, context)
            wasmtime_component_vallist_new_uninit(&list, lowered.count)
            for (index, value) in lowered.enumerated() { (list.data + index).initialize(to: value) }
            raw.set(WASMTIME_COMPONENT_VALKIND_LIST) { $0.list = list }
        case .tuple(let values):
            var tuple = wasmtime_component_valtuple_t()
            let lowered = try Self.lower(values, context)
            wasmtime_component_valtuple_new_uninit(&tuple, lowered.count)
            for (index, value) in lowered.enumerated() { (tuple.data + index).initialize(to: value) }
            raw.set(WASMTIME_COMPONENT_VALKIND_TUPLE) { $0.tuple = tuple }
        case .record(let fields):
            var record = wasmtime_component_valrecord_t()
            let lowered = try Self.lower(fields.map(\.value), context)
            wasmtime_component_valrecord_new_uninit(&record, lowered.count)
            for (index, value) in lowered.enumerated() {
                (record.data + index).initialize(to: .init(name: Self.name(fields[index].name), val: value))
            }
            raw.set(WASMTIME_COMPONENT_VALKIND_RECORD) { $0.record = record }
        case .variant(let name, let value):
            let inner = try Self.boxed(value, context)
            raw.set(WASMTIME_COMPONENT_VALKIND_VARIANT) {
                $0.variant = .init(discriminant: Self.name(name), val: inner)
            }
        case .enumeration(let name): raw.set(WASMTIME_COMPONENT_VALKIND_ENUM) { $0.enumeration = Self.name(name) }
        case .option(let value):
            let inner = try Self.boxed(value, context)
            raw.set(WASMTIME_COMPONENT_VALKIND_OPTION) { $0.option = inner }
        case .ok(let value):
            let inner = try Self.boxed(value, context)
            raw.set(WASMTIME_COMPONENT_VALKIND_RESULT) { $0.result = .init(is_ok: true, val: inner) }
        case .error(let value):
            let inner = try Self.boxed(value, context)
            raw.set(WASMTIME_COMPONENT_VALKIND_RESULT) { $0.result = .init(is_ok: false, val: inner) }
        case .own(let type, let number):
            let host = wasmtime_component_resource_host_new(true, number, type)
            defer { wasmtime_component_resource_host_delete(host) }
            var any: OpaquePointer?
            try EngineError.check(wasmtime_component_resource_host_to_any(context, host, &any), .call)
            raw.set(WASMTIME_COMPONENT_VALKIND_RESOURCE) { $0.resource = any }
        case .foreign(let resource):
            raw.set(WASMTIME_COMPONENT_VALKIND_RESOURCE) { $0.resource = resource.raw }
        case .resource, .dropped:
            throw EngineError(operation: .call, message: "a resource of the guest's can't be given back")
        }
        return raw
    }

    private static func lower(
        _ values: [ComponentValue], _ context: OpaquePointer?
    ) throws(EngineError) -> [wasmtime_component_val_t] {
        var lowered: [wasmtime_component_val_t] = []
        for value in values { lowered.append(try value.lowered(context)) }
        return lowered
    }

    private static func boxed(
        _ value: ComponentValue?, _ context: OpaquePointer?
    ) throws(EngineError) -> UnsafeMutablePointer<wasmtime_component_val_t>? {
        guard let value else { return nil }
        var lowered = try value.lowered(context)
        return wasmtime_component_val_new(&lowered)
    }

    private static func name(_ text: String) -> wasm_name_t {
        var text = text
        return text.withUTF8 { bytes in
            var name = wasm_name_t()
            wasm_byte_vec_new_uninitialized(&name, bytes.count)
            if let start = bytes.baseAddress { name.data?.update(from: start, count: bytes.count) }
            return name
        }
    }
}

extension wasmtime_component_val_t {
    fileprivate mutating func set(_ kind: Int, _ fill: (inout wasmtime_component_valunion_t) -> Void) {
        self.kind = wasmtime_component_valkind_t(kind)
        fill(&of)
    }
}
