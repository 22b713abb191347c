internal import CWasmtime

/// Owner of an engine: the settings, the types and the code that modules, linkers and stores share. What is
/// made from an engine keeps it alive by itself (the library counts references).
package final class Engine {
    let raw: OpaquePointer

    init(consuming raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        wasm_engine_delete(raw)
    }
}
