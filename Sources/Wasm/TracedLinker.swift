internal import CWasmtime

/// What a call of an imported function came to.
package enum HostCallEnd {
    /// Its result, if it has one.
    case returned(UInt64?)
    /// The guest asked to end with this status.
    case exited(Int32)
    /// The guest is stopped, for this reason.
    case failed(String)
}

/// A call of an imported function, while it is made.
package struct TracedCall {
    package let module: String
    package let name: String
    package let arguments: [UInt64]
    package let memory: GuestMemory
}

/// The memory of a guest during a call; none for a guest that exports none.
package struct GuestMemory {
    private let context: OpaquePointer?
    private let raw: wasmtime_memory_t?

    init(context: OpaquePointer?, raw: wasmtime_memory_t?) {
        self.context = context
        self.raw = raw
    }

    /// A copy of some of its bytes; nil for what lies outside.
    package func bytes(at address: UInt64, count: Int) -> [UInt8]? {
        guard var memory = raw, count >= 0, let start = wasmtime_memory_data(context, &memory) else { return nil }
        let size = wasmtime_memory_data_size(context, &memory)
        guard address <= UInt64(size), count <= size - Int(address) else { return nil }
        return Array(UnsafeBufferPointer(start: start + Int(address), count: count))
    }

    /// Borrows all of its bytes for the length of the call; nothing grows it meanwhile.
    ///
    /// - Returns: nil if there is no memory.
    package func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result? {
        guard var memory = raw, let start = wasmtime_memory_data(context, &memory) else { return nil }
        let size = wasmtime_memory_data_size(context, &memory)
        return body(UnsafeMutableRawBufferPointer(start: start, count: size))
    }
}

/// Puts a function between a guest and each function of the host that it imports.
///
/// The host's functions look for the memory of whoever calls them. So they are not called from here but by a small
/// module, the trampoline, which has the guest's memory as its own: it is instantiated with the first call, when the guest
/// has one.
package final class TracedLinker {
    /// Sees a call, makes it by the closure, and answers what that answers.
    package typealias Observer = (_ call: TracedCall, _ make: () -> HostCallEnd) -> HostCallEnd

    private let linker: OpaquePointer
    private let trampolineLinker: OpaquePointer
    private let trampolines: [String: Module]
    private let observer: Observer
    /// Of the one store that it is used with.
    private var instances: [String: wasmtime_instance_t] = [:]

    /// - Parameter trampolines: by the name of the module whose functions they call: see ``trampoline(for:functions:)``.
    package init(_ engine: Engine, trampolines: [String: Module], observer: @escaping Observer) throws(EngineError) {
        linker = wasmtime_linker_new(engine.raw)
        trampolineLinker = wasmtime_linker_new(engine.raw)
        self.trampolines = trampolines
        self.observer = observer
        wasmtime_linker_allow_shadowing(linker, true)
        try EngineError.check(wasmtime_linker_define_wasi(linker), .link)
        try EngineError.check(wasmtime_linker_define_wasi(trampolineLinker), .link)
    }

    deinit {
        wasmtime_linker_delete(linker)
        wasmtime_linker_delete(trampolineLinker)
    }

    /// The text of a trampoline.
    ///
    /// - Parameter functions: each with the types of its parameters, and of its result if it has one.
    package static func trampoline(
        for module: String, functions: [(name: String, parameters: [String], result: String?)]
    ) -> String {
        var text = "(module\n(import \"guest\" \"memory\" (memory 0))\n(export \"memory\" (memory 0))\n"
        func type(_ function: (name: String, parameters: [String], result: String?)) -> String {
            let parameters = function.parameters.isEmpty ? "" : "(param \(function.parameters.joined(separator: " ")))"
            return parameters + (function.result.map { "(result \($0))" } ?? "")
        }
        for function in functions {
            text += "(import \"\(module)\" \"\(function.name)\" (func $\(function.name) \(type(function))))\n"
        }
        for function in functions {
            let values = function.parameters.indices.map { "(local.get \($0))" }.joined(separator: " ")
            text += "(func (export \"\(function.name)\") \(type(function)) (call $\(function.name) \(values)))\n"
        }
        return text + ")"
    }

    /// Links a module, with its functions of the trampolines' modules traced.
    package func link(_ module: Module) throws(EngineError) -> LinkedModule {
        var imports = wasm_importtype_vec_t(size: 0, data: nil)
        wasmtime_module_imports(module.raw, &imports)
        defer { wasm_importtype_vec_delete(&imports) }
        for entry in UnsafeBufferPointer(start: imports.data, count: imports.size) {
            let type = wasm_importtype_type(entry)
            let found = ImportType(entry)
            guard Int(wasm_externtype_kind(type)) == WASM_EXTERN_FUNC,
                trampolines[found.module]?.exports.contains(where: { $0.name == found.name }) == true
            else { continue }
            let function = TracedFunction(module: found.module, name: found.name, linker: self)
            let error = found.module.withName { module, moduleCount in
                found.name.withName { name, nameCount in
                    wasmtime_linker_define_func(
                        linker, module, moduleCount, name, nameCount, wasm_externtype_as_functype_const(type),
                        TracedFunction.callback, Unmanaged.passRetained(function).toOpaque(),
                        { $0.map { Unmanaged<TracedFunction>.fromOpaque($0).release() } })
                }
            }
            try EngineError.check(error, .link)
        }
        var linked: OpaquePointer?
        try EngineError.check(wasmtime_linker_instantiate_pre(linker, module.raw, &linked), .link)
        guard let linked else { preconditionFailure("the C API returned neither an error nor a linked module") }
        return LinkedModule(consuming: linked)
    }

    /// Makes a call of the guest's.
    fileprivate func call(
        _ function: TracedFunction, _ caller: OpaquePointer?, _ arguments: UnsafeBufferPointer<wasmtime_val_t>,
        _ results: UnsafeMutableBufferPointer<wasmtime_val_t>
    ) -> OpaquePointer? {
        let context = wasmtime_caller_context(caller)
        let memory = Self.memory(of: caller)
        let call = TracedCall(
            module: function.module, name: function.name, arguments: arguments.map(\.number),
            memory: GuestMemory(context: context, raw: memory?.of.memory))
        let end = observer(call) {
            do throws(EngineError) {
                var target = try target(function, context, memory)
                var trap: OpaquePointer?
                let error = wasmtime_func_call(
                    context, &target, arguments.baseAddress, arguments.count, results.baseAddress, results.count, &trap)
                try EngineError.check(error, trap: trap, .call)
                return .returned(results.first?.number)
            } catch {
                if let status = error.exitStatus { return .exited(status) }
                return .failed(EngineError.sentence(error.message))
            }
        }
        switch end {
        case .returned: return nil
        // Whoever observes has ended the process by then, if the status is to be kept.
        case .exited(let status): return Self.trap("exit with \(status)")
        case .failed(let message): return Self.trap(message)
        }
    }

    private static func trap(_ message: String) -> OpaquePointer? {
        message.withName { wasmtime_trap_new($0, $1) }
    }

    static func memory(of caller: OpaquePointer?) -> wasmtime_extern_t? {
        var found = wasmtime_extern_t()
        let exported = "memory".withName { wasmtime_caller_export_get(caller, $0, $1, &found) }
        return exported && Int(found.kind) == WASMTIME_EXTERN_MEMORY ? found : nil
    }

    /// The trampoline's function, or the host's own where there is no memory: then it says what is wrong.
    private func target(
        _ function: TracedFunction, _ context: OpaquePointer?, _ memory: wasmtime_extern_t?
    ) throws(EngineError) -> wasmtime_func_t {
        var found = wasmtime_extern_t()
        guard var memory, let trampoline = trampolines[function.module] else {
            let isThere = function.module.withName { module, moduleCount in
                function.name.withName { name, nameCount in
                    wasmtime_linker_get(trampolineLinker, context, module, moduleCount, name, nameCount, &found)
                }
            }
            guard isThere else { throw EngineError(operation: .call, message: "there is no \(function.name)") }
            return found.of.func
        }
        if instances[function.module] == nil {
            let error = "guest".withName { module, moduleCount in
                "memory".withName { name, nameCount in
                    wasmtime_linker_define(trampolineLinker, context, module, moduleCount, name, nameCount, &memory)
                }
            }
            try EngineError.check(error, .link)
            var made = wasmtime_instance_t()
            var trap: OpaquePointer?
            try EngineError.check(
                wasmtime_linker_instantiate(trampolineLinker, context, trampoline.raw, &made, &trap), trap: trap,
                .instantiate)
            instances[function.module] = made
        }
        let isThere = withUnsafePointer(to: instances[function.module] ?? wasmtime_instance_t()) { instance in
            function.name.withName { wasmtime_instance_export_get(context, instance, $0, $1, &found) }
        }
        guard isThere else { throw EngineError(operation: .call, message: "there is no \(function.name)") }
        return found.of.func
    }
}

/// One traced import; kept by its linker's definition.
private final class TracedFunction {
    let module: String
    let name: String
    /// It outlives the guest: the process ends with it.
    private unowned let linker: TracedLinker

    init(module: String, name: String, linker: TracedLinker) {
        self.module = module
        self.name = name
        self.linker = linker
    }

    static let callback: wasmtime_func_callback_t = { data, caller, arguments, count, results, resultCount in
        guard let data else { return nil }
        let function = Unmanaged<TracedFunction>.fromOpaque(data).takeUnretainedValue()
        return function.linker.call(
            function, caller, UnsafeBufferPointer(start: arguments, count: count),
            UnsafeMutableBufferPointer(start: results, count: resultCount))
    }
}

extension wasmtime_val_t {
    /// An integer's bits.
    fileprivate var number: UInt64 {
        kind == WASMTIME_I32 ? UInt64(UInt32(bitPattern: of.i32)) : UInt64(bitPattern: of.i64)
    }
}
