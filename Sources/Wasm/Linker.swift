internal import CWasmtime

/// Owner of what core modules may import.
package final class Linker {
    let raw: OpaquePointer

    package init(_ engine: Engine) {
        raw = wasmtime_linker_new(engine.raw)
    }

    deinit {
        wasmtime_linker_delete(raw)
    }

    /// Defines `wasi_snapshot_preview1` and `wasi_unstable`.
    package func defineWASI() throws(EngineError) {
        try EngineError.check(wasmtime_linker_define_wasi(raw), .link)
    }

    /// Whether something of this name is defined, of whatever kind.
    package func defines(module: String, name: String, in store: Store) -> Bool {
        var found = wasmtime_extern_t()
        let defined = module.withName { module, moduleCount in
            name.withName { name, nameCount in
                wasmtime_linker_get(raw, store.context, module, moduleCount, name, nameCount, &found)
            }
        }
        if defined {
            wasmtime_extern_delete(&found)
        }
        return defined
    }

    /// Resolves and type-checks every import of the module; runs nothing.
    package func link(_ module: Module) throws(EngineError) -> LinkedModule {
        var linked: OpaquePointer?
        try EngineError.check(wasmtime_linker_instantiate_pre(raw, module.raw, &linked), .link)
        guard let linked else {
            preconditionFailure("the C API returned neither an error nor a linked module")
        }
        return LinkedModule(consuming: linked)
    }
}
