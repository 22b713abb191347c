internal import CWasmtime

/// An instance of a component. It keeps its store alive.
package struct ComponentInstance {
    let raw: wasmtime_component_instance_t
    let store: Store

    /// The function at this place of the component that the instance is of; nil if another kind of thing is there.
    package func function(_ export: ComponentExport) -> ComponentFunction? {
        var function = wasmtime_component_func_t()
        let exported = withUnsafePointer(to: raw) {
            wasmtime_component_instance_get_func($0, store.context, export.raw, &function)
        }
        return exported ? ComponentFunction(raw: function, store: store) : nil
    }
}

/// A function of a component's instance. It keeps its store alive.
package struct ComponentFunction {
    let raw: wasmtime_component_func_t
    let store: Store

    /// What a function answered, as far as anybody asks.
    package enum Outcome: Equatable {
        /// `ok`, a value of a type other than `result`, or nothing.
        case success
        /// The error case of a `result`.
        case failure
    }

    /// Calls a function that answers nothing.
    ///
    /// - Throws: ``EngineError``: a trap, or an exit of the guest.
    package func call(_ arguments: [ComponentValue]) throws(EngineError) {
        var lowered: [wasmtime_component_val_t] = []
        for argument in arguments { lowered.append(try argument.lowered(store.context)) }
        let error = withUnsafePointer(to: raw) {
            wasmtime_component_func_call($0, store.context, lowered, lowered.count, nil, 0)
        }
        for index in lowered.indices { wasmtime_component_val_delete(&lowered[index]) }
        try EngineError.check(error, .call)
    }

    /// Calls a function that takes nothing.
    ///
    /// - Parameter hasResult: whether it returns a value, as its type says.
    /// - Throws: ``EngineError``: a trap, or an exit of the guest.
    package func call(hasResult: Bool) throws(EngineError) -> Outcome {
        var value = wasmtime_component_val_t()
        let error = withUnsafePointer(to: raw) {
            wasmtime_component_func_call($0, store.context, nil, 0, &value, hasResult ? 1 : 0)
        }
        try EngineError.check(error, .call)
        guard hasResult else {
            return .success
        }
        defer { wasmtime_component_val_delete(&value) }
        let isResult = Int(value.kind) == WASMTIME_COMPONENT_VALKIND_RESULT
        return isResult && !value.of.result.is_ok ? .failure : .success
    }
}
