internal import CWasmtime

/// Owner of a core module whose imports are resolved.
package final class LinkedModule {
    private let raw: OpaquePointer

    init(consuming raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        wasmtime_instance_pre_delete(raw)
    }

    /// Makes an instance in a store: its memories and tables are set up and its start function, if it has one, runs.
    ///
    /// - Throws: ``EngineError``; a trap or an exit of the start function too.
    package func instantiate(in store: Store) throws(EngineError) -> Instance {
        var instance = wasmtime_instance_t()
        var trap: OpaquePointer?
        let error = wasmtime_instance_pre_instantiate(raw, store.context, &instance, &trap)
        try EngineError.check(error, trap: trap, .instantiate)
        return Instance(raw: instance, store: store)
    }
}
