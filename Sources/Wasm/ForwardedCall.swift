internal import CWasmtime

/// A call of a function that a component imports, which may be passed on to another's as it came: its values stay the
/// engine's, resources too.
package struct ForwardedCall {
    let context: OpaquePointer?
    let arguments: UnsafeBufferPointer<wasmtime_component_val_t>
    let result: UnsafeMutablePointer<wasmtime_component_val_t>

    /// What a function says of an argument that is an owned resource, which it borrows.
    package func ask(
        _ function: ComponentExport, of instance: ComponentInstanceHandle, about index: Int
    ) throws(EngineError) -> ComponentValue {
        var answer = wasmtime_component_val_t()
        let borrowed = UnsafeBufferPointer(rebasing: arguments[index...index])
        try call(function, instance, borrowed, &answer)
        defer { wasmtime_component_val_delete(&answer) }
        return try ComponentValue(answer, context)
    }

    /// Makes the call, of a function with the same parameters and the same result.
    package func forward(
        to function: ComponentExport, of instance: ComponentInstanceHandle
    ) throws(EngineError) {
        try call(function, instance, arguments, result)
    }

    /// Answers without a call: what came is let go.
    package func answer(_ value: ComponentValue) throws(EngineError) {
        // To read a resource of the engine's is to let it go.
        for argument in arguments { _ = try ComponentValue(argument, context) }
        result.pointee = try value.lowered(context)
    }

    private func call(
        _ function: ComponentExport, _ instance: ComponentInstanceHandle,
        _ arguments: UnsafeBufferPointer<wasmtime_component_val_t>,
        _ result: UnsafeMutablePointer<wasmtime_component_val_t>
    ) throws(EngineError) {
        var target = try instance.function(function, context)
        try EngineError.check(
            wasmtime_component_func_call(&target, context, arguments.baseAddress, arguments.count, result, 1), .call)
    }
}

extension ComponentLinker {
    package typealias Forwarding = (HostCall, ForwardedCall) throws(EngineError) -> Void

    /// Defines an interface of one function, which has a result, in the place of one that is there.
    ///
    /// - Parameters:
    ///   - interface: with its version.
    ///   - body: forwards each call or answers it.
    package func define(_ interface: String, function: String, _ body: @escaping Forwarding) throws(EngineError) {
        let root = wasmtime_component_linker_root(raw)
        defer { wasmtime_component_linker_instance_delete(root) }
        var instance: OpaquePointer?
        try EngineError.check(
            interface.withName { wasmtime_component_linker_instance_add_instance(root, $0, $1, &instance) }, .link)
        defer { wasmtime_component_linker_instance_delete(instance) }
        let box = Unmanaged.passRetained(ForwardingBox(body)).toOpaque()
        let error = function.withName { name, count in
            wasmtime_component_linker_instance_add_func(
                instance, name, count, callForwarding, box,
                { $0.map { Unmanaged<ForwardingBox>.fromOpaque($0).release() } })
        }
        try EngineError.check(error, .link)
    }
}

private final class ForwardingBox {
    let body: ComponentLinker.Forwarding

    init(_ body: @escaping ComponentLinker.Forwarding) {
        self.body = body
    }
}

private func callForwarding(
    _ box: UnsafeMutableRawPointer?, _ context: OpaquePointer?, _ type: OpaquePointer?,
    _ arguments: UnsafeMutablePointer<wasmtime_component_val_t>?, _ argumentCount: Int,
    _ results: UnsafeMutablePointer<wasmtime_component_val_t>?, _ resultCount: Int
) -> OpaquePointer? {
    guard let box, let results, resultCount == 1 else { return nil }
    let call = ForwardedCall(
        context: context, arguments: UnsafeBufferPointer(start: arguments, count: argumentCount), result: results)
    do throws(EngineError) {
        try Unmanaged<ForwardingBox>.fromOpaque(box).takeUnretainedValue().body(HostCall(context: context), call)
        return nil
    } catch {
        return wasmtime_error_new(error.message)
    }
}
