internal import CWasmtime

/// An instance of a core module. It keeps its store alive.
package struct Instance {
    let raw: wasmtime_instance_t
    let store: Store

    /// The exported function of this name, if there is one.
    package func function(_ name: String) -> Function? {
        var found = wasmtime_extern_t()
        let exported = name.withName { name, count in
            withUnsafePointer(to: raw) {
                wasmtime_instance_export_get(store.context, $0, name, count, &found)
            }
        }
        guard exported else {
            return nil
        }
        defer { wasmtime_extern_delete(&found) }
        return Int(found.kind) == WASMTIME_EXTERN_FUNC ? Function(raw: found.of.func, store: store) : nil
    }
}

/// A function of a core instance. It keeps its store alive.
package struct Function {
    let raw: wasmtime_func_t
    let store: Store

    /// Calls a function that takes nothing; what it returns is thrown away.
    ///
    /// - Parameter results: how many values it returns, as its type says.
    /// - Throws: ``EngineError``: a trap, or an exit of the guest.
    package func call(results: Int = 0) throws(EngineError) {
        var values = [wasmtime_val_t](repeating: wasmtime_val_t(), count: results)
        var trap: OpaquePointer?
        let error = withUnsafePointer(to: raw) { function in
            values.withUnsafeMutableBufferPointer { values in
                wasmtime_func_call(store.context, function, nil, 0, values.baseAddress, values.count, &trap)
            }
        }
        try EngineError.check(error, trap: trap, .call)
    }
}
