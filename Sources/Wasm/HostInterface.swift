internal import CWasmtime

/// What a function of ours is called with: the store's context, for the length of the call, and what the store's maker
/// gave it to hold.
package struct HostCall {
    let context: OpaquePointer?
    /// Of the store: see ``Store/init(_:data:)``. Alive as long as the store.
    package let data: AnyObject?

    init(context: OpaquePointer?) {
        self.context = context
        data = wasmtime_context_get_data(context).map { Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Calls a function of an instance in the calling guest's store, that answers with a resource of wasmtime's.
    package func resource(
        from function: ComponentExport, of instance: ComponentInstanceHandle, _ arguments: [ComponentValue] = []
    ) throws(EngineError) -> ForeignResource {
        var target = try instance.function(function, context)
        var lowered: [wasmtime_component_val_t] = []
        for argument in arguments { lowered.append(try argument.lowered(context)) }
        var value = wasmtime_component_val_t()
        try EngineError.check(
            wasmtime_component_func_call(&target, context, lowered, lowered.count, &value, 1), .call)
        guard Int(value.kind) == WASMTIME_COMPONENT_VALKIND_RESOURCE, let resource = value.of.resource else {
            wasmtime_component_val_delete(&value)
            throw EngineError(operation: .call, message: "the helper answered with no resource")
        }
        return ForeignResource(raw: resource)
    }

    /// Calls a function of an instance in the calling guest's store, that answers with a value that is no resource, nor
    /// has any in it; one that answers nothing, if that is said.
    package func value(
        from function: ComponentExport, of instance: ComponentInstanceHandle, _ arguments: [ComponentValue],
        hasResult: Bool = true
    ) throws(EngineError) -> ComponentValue? {
        var target = try instance.function(function, context)
        var lowered: [wasmtime_component_val_t] = []
        for argument in arguments { lowered.append(try argument.lowered(context)) }
        var value = wasmtime_component_val_t()
        let error = wasmtime_component_func_call(&target, context, lowered, lowered.count, &value, hasResult ? 1 : 0)
        for index in lowered.indices { wasmtime_component_val_delete(&lowered[index]) }
        try EngineError.check(error, .call)
        guard hasResult else { return nil }
        defer { wasmtime_component_val_delete(&value) }
        return try ComponentValue(value, context)
    }

    /// Gives the calling guest's store another WASI context: what was had from the one before is lost to the guest.
    package func setWASI(_ configuration: consuming WASIConfiguration) throws(EngineError) {
        let configuration = configuration.release()
        try EngineError.check(wasmtime_context_set_wasi(context, configuration), .configureStore)
    }

    /// Gives the calling guest's store what wasmtime's own `wasi:http` needs.
    package func setHTTP() {
        wasmtime_context_set_wasi_http(context)
    }
}

/// An instance without its store, for what lives in the store itself.
package struct ComponentInstanceHandle {
    let raw: wasmtime_component_instance_t

    func function(
        _ function: ComponentExport, _ context: OpaquePointer?
    ) throws(EngineError) -> wasmtime_component_func_t {
        var found = wasmtime_component_func_t()
        let isThere = withUnsafePointer(to: raw) {
            wasmtime_component_instance_get_func($0, context, function.raw, &found)
        }
        guard isThere else { throw EngineError(operation: .call, message: "the helper lacks a function") }
        return found
    }
}

/// An interface of ours: all of its functions and resources.
package struct HostInterface {
    package typealias Body = (HostCall, [ComponentValue]) throws(EngineError) -> ComponentValue?
    package typealias Drop = (HostCall, UInt32) -> Void

    /// Without a version, as `wasi:http/types`.
    package let name: String
    package var functions: [(name: String, body: Body)] = []
    package var resources: [(name: String, type: UInt32, drop: Drop)] = []

    package init(_ name: String) {
        self.name = name
    }
}

private final class FunctionBox {
    let body: HostInterface.Body

    init(_ body: @escaping HostInterface.Body) {
        self.body = body
    }
}

private final class DropBox {
    let drop: HostInterface.Drop

    init(_ drop: @escaping HostInterface.Drop) {
        self.drop = drop
    }
}

extension ComponentLinker {
    /// Defines an interface of ours; one of the same name that was there is replaced as a whole.
    ///
    /// - Parameter name: with the version, as `wasi:http/types@0.2.12`: imports of any version that this one is
    ///   compatible with find it.
    package func define(_ interface: HostInterface, as name: String) throws(EngineError) {
        let root = wasmtime_component_linker_root(raw)
        defer { wasmtime_component_linker_instance_delete(root) }
        var instance: OpaquePointer?
        try EngineError.check(
            name.withName { wasmtime_component_linker_instance_add_instance(root, $0, $1, &instance) }, .link)
        defer { wasmtime_component_linker_instance_delete(instance) }
        for resource in interface.resources {
            let type = wasmtime_component_resource_type_new_host(resource.type)
            defer { wasmtime_component_resource_type_delete(type) }
            let box = Unmanaged.passRetained(DropBox(resource.drop)).toOpaque()
            let error = resource.name.withName { name, count in
                wasmtime_component_linker_instance_add_resource(
                    instance, name, count, type,
                    { box, context, number in
                        guard let box else { return nil }
                        Unmanaged<DropBox>.fromOpaque(box).takeUnretainedValue().drop(
                            HostCall(context: context), number)
                        return nil
                    }, box, { $0.map { Unmanaged<DropBox>.fromOpaque($0).release() } })
            }
            try EngineError.check(error, .link)
        }
        for function in interface.functions {
            let box = Unmanaged.passRetained(FunctionBox(function.body)).toOpaque()
            let error = function.name.withName { name, count in
                wasmtime_component_linker_instance_add_func(
                    instance, name, count, callFunction, box,
                    { $0.map { Unmanaged<FunctionBox>.fromOpaque($0).release() } })
            }
            try EngineError.check(error, .link)
        }
    }
}

private func callFunction(
    _ box: UnsafeMutableRawPointer?, _ context: OpaquePointer?, _ type: OpaquePointer?,
    _ arguments: UnsafeMutablePointer<wasmtime_component_val_t>?, _ argumentCount: Int,
    _ results: UnsafeMutablePointer<wasmtime_component_val_t>?, _ resultCount: Int
) -> OpaquePointer? {
    guard let box else { return nil }
    do throws(EngineError) {
        var values: [ComponentValue] = []
        values.reserveCapacity(argumentCount)
        for argument in UnsafeBufferPointer(start: arguments, count: argumentCount) {
            values.append(try ComponentValue(argument, context))
        }
        let body = Unmanaged<FunctionBox>.fromOpaque(box).takeUnretainedValue().body
        if let answer = try body(HostCall(context: context), values), resultCount == 1 {
            results?.pointee = try answer.lowered(context)
        }
        return nil
    } catch {
        return wasmtime_error_new(error.message)
    }
}
