internal import CWasmtime

/// Owner of a store: the memory, tables and host state of one guest. Not to be used by two threads at once.
package final class Store {
    let raw: OpaquePointer
    let context: OpaquePointer?

    /// - Parameter data: what functions of ours find in ``HostCall/data``; kept alive by the store.
    package init(_ engine: Engine, data: AnyObject? = nil) {
        let held = data.map { Unmanaged.passRetained($0).toOpaque() }
        raw = wasmtime_store_new(engine.raw, held) { $0.map { Unmanaged<AnyObject>.fromOpaque($0).release() } }
        context = wasmtime_store_context(raw)
    }

    deinit {
        wasmtime_store_delete(raw)
    }

    /// Limits what the guest may have; to be called before anything is instantiated.
    ///
    /// - Parameters:
    ///   - memory: the largest size of each linear memory, in bytes; nil for no limit. `memory.grow` beyond it fails.
    ///     The C API has no limit for all of a store's memories together.
    ///   - instances: how many core instances there may be; nil for the engine's default.
    package func limit(memory: Int64? = nil, instances: Int64? = nil) {
        let byDefault: Int64 = -1
        wasmtime_store_limiter(raw, memory ?? byDefault, byDefault, instances ?? byDefault, byDefault, byDefault)
    }

    /// What limits the memory of this store from elsewhere: a function of the C kind, and what it is to be given with the
    /// bytes (-1: no limit).
    ///
    /// It may be called while the guest runs, by a signal handler too, though `wasmtime_store_limiter` promises nothing of
    /// the kind: in the version that is linked it does no more than store the numbers, which are read one at a time, and
    /// put in the place of the function that reads them the same one. Neither has anything allocated or freed.
    package var memoryLimiter:
        (function: @convention(c) (UnsafeMutableRawPointer?, Int64) -> Void, UnsafeMutableRawPointer)
    {
        (
            { store, bytes in wasmtime_store_limiter(store.map { OpaquePointer($0) }, bytes, -1, -1, -1, -1) },
            UnsafeMutableRawPointer(raw)
        )
    }

    /// Gives the guest fuel, if the engine counts it. A guest that has used it up traps.
    package func setFuel(_ fuel: UInt64) throws(EngineError) {
        try EngineError.check(wasmtime_context_set_fuel(context, fuel), .configureStore)
    }

    /// Lets the guest run for so many more epochs, if the engine checks them.
    package func setEpochDeadline(ticks: UInt64) {
        wasmtime_context_set_epoch_deadline(context, ticks)
    }

    /// Calls `body` in the guest's thread, while it is stopped, once after each epoch that begins, from the next one on.
    /// Only while the guest's own code runs: what passes while it is in the host is told when it comes out.
    package func atEachEpoch(_ body: @escaping (Store) -> Void) {
        wasmtime_store_epoch_deadline_callback(
            raw,
            { _, data, ticks, kind in
                guard let data else { return 0 }
                let callback = Unmanaged<EpochCallback>.fromOpaque(data).takeUnretainedValue()
                callback.body(callback.store)
                ticks?.pointee = 1
                kind?.pointee = wasmtime_update_deadline_kind_t(WASMTIME_UPDATE_DEADLINE_CONTINUE)
                return 0
            }, Unmanaged.passRetained(EpochCallback(store: self, body: body)).toOpaque(),
            { $0.map { Unmanaged<EpochCallback>.fromOpaque($0).release() } })
        setEpochDeadline(ticks: 1)
    }

    /// Gives the guest its WASI context, which is used up.
    package func setWASI(_ configuration: consuming WASIConfiguration) throws(EngineError) {
        let configuration = configuration.release()
        try EngineError.check(wasmtime_context_set_wasi(context, configuration), .configureStore)
    }
}

/// What is called at each epoch; the store has it.
private final class EpochCallback {
    unowned let store: Store
    let body: (Store) -> Void

    init(store: Store, body: @escaping (Store) -> Void) {
        self.store = store
        self.body = body
    }
}
