internal import CWasmtime
internal import Synchronization

/// Owner of samples of a guest's stack. From any thread: all of it is under its lock.
package final class GuestProfiler: @unchecked Sendable {
    private let lock = Mutex(())
    /// Nil when it is finished; only touched under the lock.
    private var raw: OpaquePointer?

    /// - Parameters:
    ///   - name: what the profile calls the module.
    ///   - interval: nanoseconds that are meant to pass between two samples.
    package init(_ engine: Engine, _ module: Module, name: String, interval: UInt64) {
        raw = name.withBorrowedName { name in
            var modules = wasmtime_guestprofiler_modules_t(name: name, mod: module.raw)
            return wasmtime_guestprofiler_new(engine.raw, name, interval, &modules, 1)
        }
    }

    deinit {
        if let raw { wasmtime_guestprofiler_delete(raw) }
    }

    /// Takes a sample, in a call of ``Store/atEachEpoch(_:)``.
    ///
    /// - Parameter processorTime: nanoseconds since the last.
    package func sample(_ store: Store, processorTime: UInt64) {
        lock.withLock { _ in
            if let raw { wasmtime_guestprofiler_sample(raw, store.raw, processorTime) }
        }
    }

    /// Ends it, once: `write` is lent the profile, as the Firefox profiler has it (JSON), and whoever else would sample or
    /// finish waits meanwhile.
    package func finish(_ write: (UnsafeRawBufferPointer) -> Void) throws(EngineError) {
        try lock.withLock { _ throws(EngineError) in
            guard let raw else { return }
            self.raw = nil
            let profile = try ByteVector { (bytes) throws(EngineError) in
                try EngineError.check(wasmtime_guestprofiler_finish(raw, bytes), .profile)
            }
            profile.withBytes(write)
        }
    }
}
