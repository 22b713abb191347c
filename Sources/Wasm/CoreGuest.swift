internal import CWasmtime

/// What a store holds in which a lowered component is instantiated.
package final class CoreGuest {
    /// What our functions know of the guest.
    package let content: AnyObject
    var memory = wasmtime_memory_t()
    var realloc = wasmtime_func_t()
    var hasMemory = false
    var hasRealloc = false
    /// Whether the guest may call our functions: not while it allocates for one of them, nor when it clears up after its
    /// own (component model, CanonicalABI.md, "may_leave").
    fileprivate(set) var mayLeave = true

    package init(_ content: AnyObject) {
        self.content = content
    }
}

extension CoreGuest {
    /// Runs the guest where it may not call our functions.
    func withoutLeaving<Result>(_ body: () throws(EngineError) -> Result) throws(EngineError) -> Result {
        mayLeave = false
        defer { mayLeave = true }
        return try body()
    }
}

extension Instance {
    /// Lets our functions use the instance's memory and what allocates in it, by these names of its exports.
    ///
    /// - Throws: ``EngineError`` if one is exported that is no memory or no function.
    package func lend(memory: String, realloc: String, to guest: CoreGuest) throws(EngineError) {
        if let found = try export(memory, WASMTIME_EXTERN_MEMORY) {
            (guest.memory, guest.hasMemory) = (found.of.memory, true)
        }
        if let found = try export(realloc, WASMTIME_EXTERN_FUNC) {
            (guest.realloc, guest.hasRealloc) = (found.of.func, true)
        }
    }

    private func export(_ name: String, _ kind: Int) throws(EngineError) -> wasmtime_extern_t? {
        var found = wasmtime_extern_t()
        let isThere = name.withName { name, count in
            withUnsafePointer(to: raw) { wasmtime_instance_export_get(store.context, $0, name, count, &found) }
        }
        guard isThere else { return nil }
        // A function or a memory has nothing to delete.
        guard Int(found.kind) == kind else {
            wasmtime_extern_delete(&found)
            throw EngineError(operation: .instantiate, message: "the export \(name) is of another kind")
        }
        return found
    }
}

extension Function {
    /// Calls a function that clears up after another, of what that returned: it may not call our functions.
    ///
    /// - Throws: ``EngineError``: a trap.
    package func clearUp(_ guest: CoreGuest) throws(EngineError) {
        try guest.withoutLeaving { () throws(EngineError) in try call(with: []) }
    }

    /// Calls a function that takes numbers of 32 bits, and returns none.
    ///
    /// - Throws: ``EngineError``: a trap.
    package func call(with arguments: [UInt32]) throws(EngineError) {
        var trap: OpaquePointer?
        let error = withUnsafeTemporaryAllocation(of: wasmtime_val_raw_t.self, capacity: arguments.count) { numbers in
            for (index, argument) in arguments.enumerated() {
                numbers[index] = wasmtime_val_raw_t(i32: Int32(bitPattern: argument))
            }
            return withUnsafePointer(to: raw) {
                wasmtime_func_call_unchecked(store.context, $0, numbers.baseAddress, numbers.count, &trap)
            }
        }
        try EngineError.check(error, trap: trap, .call)
    }
}
