internal import CWasmtime

/// The kind of thing that a component imports or exports.
package enum ComponentItem: Equatable, Sendable {
    case instance
    /// A function with so many parameters, and a result or none.
    case function(parameters: Int, hasResult: Bool)
    /// A module, a component, a type or a resource.
    case other

    init(_ item: wasmtime_component_item_t) {
        switch Int(item.kind) {
        case WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE:
            self = .instance
        case WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC:
            var result = wasmtime_component_valtype_t()
            let hasResult = wasmtime_component_func_type_result(item.of.component_func, &result)
            if hasResult {
                wasmtime_component_valtype_delete(&result)
            }
            self = .function(
                parameters: wasmtime_component_func_type_param_count(item.of.component_func), hasResult: hasResult)
        default:
            self = .other
        }
    }
}

extension Component {
    /// The names of what the component needs from outside, in order.
    package func imports(_ engine: Engine) -> [String] {
        let type = wasmtime_component_type(raw)
        defer { wasmtime_component_type_delete(type) }
        return (0..<wasmtime_component_type_import_count(type, engine.raw)).compactMap { index in
            named { wasmtime_component_type_import_nth(type, engine.raw, index, $0, $1, $2) }?.name
        }
    }

    /// What the component offers, in order.
    package func exports(_ engine: Engine) -> [(name: String, item: ComponentItem)] {
        let type = wasmtime_component_type(raw)
        defer { wasmtime_component_type_delete(type) }
        return (0..<wasmtime_component_type_export_count(type, engine.raw)).compactMap { index in
            named { wasmtime_component_type_export_nth(type, engine.raw, index, $0, $1, $2) }
        }
    }

    /// What an exported instance offers under a name; nil if there is no such instance or no such name in it.
    package func item(_ name: String, ofInstance instance: String, _ engine: Engine) -> ComponentItem? {
        let type = wasmtime_component_type(raw)
        defer { wasmtime_component_type_delete(type) }
        for index in 0..<wasmtime_component_type_export_count(type, engine.raw) {
            var start: UnsafePointer<CChar>?
            var count = 0
            var item = wasmtime_component_item_t()
            guard wasmtime_component_type_export_nth(type, engine.raw, index, &start, &count, &item) else {
                continue
            }
            defer { wasmtime_component_item_delete(&item) }
            guard Int(item.kind) == WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE, text(start, count) == instance else {
                continue
            }
            var found = wasmtime_component_item_t()
            let exists = name.withName {
                wasmtime_component_instance_type_export_get(item.of.component_instance, engine.raw, $0, $1, &found)
            }
            guard exists else {
                return nil
            }
            defer { wasmtime_component_item_delete(&found) }
            return ComponentItem(found)
        }
        return nil
    }

    private typealias Get = (
        UnsafeMutablePointer<UnsafePointer<CChar>?>, UnsafeMutablePointer<Int>,
        UnsafeMutablePointer<wasmtime_component_item_t>
    ) -> Bool

    private func named(_ get: Get) -> (name: String, item: ComponentItem)? {
        var start: UnsafePointer<CChar>?
        var count = 0
        var item = wasmtime_component_item_t()
        guard get(&start, &count, &item) else {
            return nil
        }
        defer { wasmtime_component_item_delete(&item) }
        return (text(start, count), ComponentItem(item))
    }

    private func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
