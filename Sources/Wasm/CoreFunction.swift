internal import CWasmtime

/// A function of ours for the core module that a component was lowered to: it does the canonical ABI itself (component
/// model, CanonicalABI.md), with the guest's memory before it.
package struct CoreFunction {
    package enum Number {
        case i32, i64
    }

    package typealias Body = (inout CoreCall) throws(EngineError) -> Void

    package let module: String
    package let name: String
    package let parameters: [Number]
    package let result: Number?
    package let body: Body

    package init(
        module: String, name: String, parameters: [Number], result: Number?, body: @escaping Body
    ) {
        self.module = module
        self.name = name
        self.parameters = parameters
        self.result = result
        self.body = body
    }
}

extension Linker {
    /// Defines a function. Those that import it with another type can't be linked. Only in stores whose data is a
    /// ``CoreGuest`` it may be called.
    package func define(_ function: CoreFunction) throws(EngineError) {
        // The lists and the types in them go over to the function's type.
        var parameters = wasm_valtype_vec_t()
        var results = wasm_valtype_vec_t()
        let types = function.parameters.map { wasm_valtype_new($0.kind) }
        let answers = [function.result].compactMap { $0 }.map { wasm_valtype_new($0.kind) }
        wasm_valtype_vec_new(&parameters, types.count, types)
        wasm_valtype_vec_new(&results, answers.count, answers)
        let type = wasm_functype_new(&parameters, &results)
        defer { wasm_functype_delete(type) }
        let error = function.module.withName { module, moduleCount in
            function.name.withName { name, nameCount in
                wasmtime_linker_define_func_unchecked(
                    raw, module, moduleCount, name, nameCount, type, callCoreFunction,
                    Unmanaged.passRetained(CoreFunctionBox(function.body)).toOpaque(),
                    { $0.map { Unmanaged<CoreFunctionBox>.fromOpaque($0).release() } })
            }
        }
        try EngineError.check(error, .link)
    }
}

extension CoreFunction.Number {
    fileprivate var kind: wasm_valkind_t {
        wasm_valkind_t(self == .i32 ? WASMTIME_I32 : WASMTIME_I64)
    }
}

private final class CoreFunctionBox {
    let body: CoreFunction.Body

    init(_ body: @escaping CoreFunction.Body) {
        self.body = body
    }
}

private let callCoreFunction: wasmtime_func_unchecked_callback_t = { data, caller, numbers, _ in
    guard let data, let numbers else { return nil }
    let context = wasmtime_caller_context(caller)
    guard let held = wasmtime_context_get_data(context) else { return nil }
    var call = CoreCall(
        context: context, numbers: numbers, guest: Unmanaged<CoreGuest>.fromOpaque(held).takeUnretainedValue())
    do throws(EngineError) {
        guard call.guest.mayLeave else { throw CoreCall.trap("the guest called the host from where it may not") }
        try Unmanaged<CoreFunctionBox>.fromOpaque(data).takeUnretainedValue().body(&call)
        return nil
    } catch {
        return error.message.withName { wasmtime_trap_new($0, $1) }
    }
}
