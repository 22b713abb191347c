internal import CWasmtime

/// A function of ours for core modules: it takes numbers of 32 bits and answers one.
package struct HostFunction {
    /// - Parameters:
    ///   - data: what the store holds: see ``Store/init(_:data:)``.
    ///   - memory: the guest's.
    package typealias Body = (_ data: AnyObject?, _ memory: GuestMemory, _ arguments: [Int32]) -> Int32

    package let module: String
    package let name: String
    package let parameters: Int
    package let body: Body

    package init(module: String, name: String, parameters: Int, body: @escaping Body) {
        self.module = module
        self.name = name
        self.parameters = parameters
        self.body = body
    }
}

extension Linker {
    /// Lets what is defined already be defined anew.
    package func allowShadowing() {
        wasmtime_linker_allow_shadowing(raw, true)
    }

    package func define(_ function: HostFunction) throws(EngineError) {
        // The lists and the types in them go over to the function's type.
        var parameters = wasm_valtype_vec_t()
        var results = wasm_valtype_vec_t()
        let types = (0..<function.parameters).map { _ in wasm_valtype_new(wasm_valkind_t(WASMTIME_I32)) }
        wasm_valtype_vec_new(&parameters, types.count, types)
        wasm_valtype_vec_new(&results, 1, [wasm_valtype_new(wasm_valkind_t(WASMTIME_I32))])
        let type = wasm_functype_new(&parameters, &results)
        defer { wasm_functype_delete(type) }
        let error = function.module.withName { module, moduleCount in
            function.name.withName { name, nameCount in
                wasmtime_linker_define_func(
                    raw, module, moduleCount, name, nameCount, type, callHostFunction,
                    Unmanaged.passRetained(HostFunctionBox(function.body)).toOpaque(),
                    { $0.map { Unmanaged<HostFunctionBox>.fromOpaque($0).release() } })
            }
        }
        try EngineError.check(error, .link)
    }
}

private final class HostFunctionBox {
    let body: HostFunction.Body

    init(_ body: @escaping HostFunction.Body) {
        self.body = body
    }
}

private let callHostFunction: wasmtime_func_callback_t = { data, caller, arguments, count, results, _ in
    guard let data, let results else { return nil }
    let context = wasmtime_caller_context(caller)
    let memory = GuestMemory(context: context, raw: TracedLinker.memory(of: caller)?.of.memory)
    let body = Unmanaged<HostFunctionBox>.fromOpaque(data).takeUnretainedValue().body
    let held = wasmtime_context_get_data(context).map { Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue() }
    let answer = body(held, memory, UnsafeBufferPointer(start: arguments, count: count).map(\.of.i32))
    results[0].kind = wasmtime_valkind_t(WASMTIME_I32)
    results[0].of.i32 = answer
    return nil
}
