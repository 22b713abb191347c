internal import CWasmtime

/// Owner of what components may import.
package final class ComponentLinker {
    let raw: OpaquePointer

    package init(_ engine: Engine) {
        raw = wasmtime_component_linker_new(engine.raw)
    }

    deinit {
        wasmtime_component_linker_delete(raw)
    }

    /// Defines WASI 0.2 without `wasi:http`.
    package func defineWASI() throws(EngineError) {
        try EngineError.check(wasmtime_component_linker_add_wasip2(raw), .link)
    }

    /// Defines `wasi:http/types` and `wasi:http/outgoing-handler`. ``defineWASI()`` is needed too.
    package func defineOutgoingHTTP() throws(EngineError) {
        try EngineError.check(wasmtime_component_linker_add_wasi_http(raw), .link)
    }

    /// Lets an interface that is defined already be defined anew.
    package func allowShadowing() {
        wasmtime_component_linker_allow_shadowing(raw, true)
    }

    /// Makes an instance in the store of the guest that is calling.
    package func instantiate(_ component: Component, in call: HostCall) throws(EngineError) -> ComponentInstanceHandle {
        var instance = wasmtime_component_instance_t()
        try EngineError.check(
            wasmtime_component_linker_instantiate(raw, call.context, component.raw, &instance), .instantiate)
        return ComponentInstanceHandle(raw: instance)
    }

    /// Resolves and type-checks the imports, and makes an instance in the store; guest code may run.
    ///
    /// - Throws: ``EngineError``; a trap or an exit of a core start function too.
    package func instantiate(_ component: Component, in store: Store) throws(EngineError) -> ComponentInstance {
        var instance = wasmtime_component_instance_t()
        let error = wasmtime_component_linker_instantiate(raw, store.context, component.raw, &instance)
        try EngineError.check(error, .instantiate)
        return ComponentInstance(raw: instance, store: store)
    }
}
