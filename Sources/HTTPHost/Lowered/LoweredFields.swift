internal import WASIHTTP
internal import Wasm

/// `fields` of `wasi:http/types`, for lowered components.
enum LoweredFields {
    static func define(in interface: inout LoweredInterface) {
        interface.add("[constructor]fields", [], .i32) { (call, guest) throws(EngineError) in
            call.answer(try guest.handles.add(Fields(FieldList(), guest.budget)))
        }
        interface.add("[static]fields.from-list", [.i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let fields = Fields(FieldList(), guest.budget)
            var refusal: FieldList.Refusal?
            let entries = try call.values(at: call.u32(0), count: call.u32(1), size: 16)
            for start in stride(from: 0, to: entries.count, by: 16) where refusal == nil {
                let name = try call.string(at: entries.number(start), count: entries.number(start + 4))
                let value = try call.bytes(at: entries.number(start + 8), count: entries.number(start + 12))
                refusal = Self.change(fields) { (list) throws(FieldList.Refusal) in
                    try list.append(name, Array(value))
                }
                try guest.budget.check()
            }
            let handle = refusal == nil ? try guest.handles.add(fields) : 0
            let place = try call.place(2, count: 8, alignment: 4)
            place.put(refusal == nil ? 0 : 1 as UInt8, at: 0)
            if let refusal { place.put(refusal.discriminant, at: 4) } else { place.put(handle, at: 4) }
        }
        interface.add("[method]fields.get", [.i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let fields = try guest.handles.get(call.u32(0), as: Fields.self)
            let values = fields.list.values(of: try call.string(1))
            let list = try call.give(values, size: 8, alignment: 4) { (value) throws(EngineError) in
                let bytes = try call.give(value)
                return { $0.put(bytes, at: 0) }
            }
            try call.put(list, at: 3)
        }
        interface.add("[method]fields.has", [.i32, .i32, .i32], .i32) { (call, guest) throws(EngineError) in
            let fields = try guest.handles.get(call.u32(0), as: Fields.self)
            call.answer(!fields.list.values(of: try call.string(1)).isEmpty)
        }
        interface.add("[method]fields.set", [.i32, .i32, .i32, .i32, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let fields = try guest.handles.get(call.u32(0), as: Fields.self)
            let name = try call.string(1)
            let entries = try call.values(at: call.u32(3), count: call.u32(4), size: 8)
            var values: [[UInt8]] = []
            var size = 0
            for start in stride(from: 0, to: entries.count, by: 8) {
                let value = try call.bytes(at: entries.number(start), count: entries.number(start + 4))
                // The guest may mean the same bytes many times.
                size += value.count
                try guest.budget.check(more: size)
                values.append(Array(value))
            }
            let refusal = change(fields) { (list) throws(FieldList.Refusal) in try list.set(name, to: values) }
            try call.put(refusal, at: 5)
        }
        interface.add("[method]fields.delete", [.i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let fields = try guest.handles.get(call.u32(0), as: Fields.self)
            let name = try call.string(1)
            try call.put(change(fields) { (list) throws(FieldList.Refusal) in try list.remove(name) }, at: 3)
        }
        interface.add("[method]fields.append", [.i32, .i32, .i32, .i32, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let fields = try guest.handles.get(call.u32(0), as: Fields.self)
            let name = try call.string(1)
            let value = Array(try call.list(3))
            try call.put(change(fields) { (list) throws(FieldList.Refusal) in try list.append(name, value) }, at: 5)
        }
        interface.add("[method]fields.entries", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let entries = try guest.handles.get(call.u32(0), as: Fields.self).list.entries
            let list = try call.give(entries, size: 16, alignment: 4) { (entry) throws(EngineError) in
                let name = try call.give(entry.name)
                let value = try call.give(entry.value)
                return { place in
                    place.put(name, at: 0)
                    place.put(value, at: 8)
                }
            }
            try call.put(list, at: 1)
        }
        interface.add("[method]fields.clone", [.i32], .i32) { (call, guest) throws(EngineError) in
            let fields = try guest.handles.get(call.u32(0), as: Fields.self)
            call.answer(try guest.handles.add(Fields(fields.list, guest.budget)))
        }
    }

    private static func change(
        _ fields: Fields, _ body: (inout FieldList) throws(FieldList.Refusal) -> Void
    ) -> FieldList.Refusal? {
        do throws(FieldList.Refusal) {
            try fields.change(body)
            return nil
        } catch {
            return error
        }
    }
}

extension FieldList.Refusal {
    /// The case's number in `header-error`.
    fileprivate var discriminant: UInt8 {
        switch self {
        case .invalidSyntax: 0
        case .forbidden: 1
        case .immutable: 2
        }
    }
}

extension CoreCall {
    /// `result<_, header-error>`.
    fileprivate func put(_ refusal: FieldList.Refusal?, at argument: Int) throws(EngineError) {
        let place = try place(argument, count: 2, alignment: 1)
        place.put(refusal == nil ? 0 : 1 as UInt8, at: 0)
        place.put(refusal?.discriminant ?? 0, at: 1)
    }

    /// The elements of a list of records of numbers of 32 bits.
    fileprivate func values(
        at address: UInt32, count: UInt32, size: UInt32
    ) throws(EngineError) -> UnsafeMutableRawBufferPointer {
        let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: size)
        guard !isTooLarge else { throw Self.trap("a list of \(count) elements is larger than the guest's memory") }
        return try values(at: address, count: bytes, alignment: 4)
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func number(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
