internal import CWasmtime

/// Owner of an engine: the settings, the types and the code that modules, linkers and stores share. What is
/// made from an engine keeps it alive by itself (the library counts references).
package final class Engine {
    let raw: OpaquePointer

    init(consuming raw: OpaquePointer) {
        self.raw = raw
    }

    /// Begins a new epoch: guests whose deadline has come are stopped. From any thread.
    package func incrementEpoch() {
        wasmtime_engine_increment_epoch(raw)
    }

    deinit {
        wasm_engine_delete(raw)
    }
}
