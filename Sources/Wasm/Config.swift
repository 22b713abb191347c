internal import CWasmtime
internal import Glibc

/// Owner of the settings that an engine is made from. The setters name what the C API names; wasmtime's
/// defaults hold for what is not set.
package struct Config: ~Copyable {
    let raw: OpaquePointer

    package init() {
        // So that backtraces have lines of the source, where a module has DWARF. The C API has no other way to say so; it
        // is read here, and shapes the artifacts.
        setenv("WASMTIME_BACKTRACE_DETAILS", "1", 1)
        raw = wasm_config_new()
    }

    deinit {
        wasm_config_delete(raw)
    }

    /// Makes the engine; the settings are used up.
    ///
    /// - Throws: ``EngineError`` when settings contradict each other, or the machine grants no memory for a pool.
    package consuming func makeEngine() throws(EngineError) -> Engine {
        let raw = raw
        discard self
        guard let engine = wasm_engine_new_with_config(raw) else {
            throw EngineError(operation: .createEngine, message: "wasmtime refused the settings")
        }
        return Engine(consuming: engine)
    }

    /// A feature of the WebAssembly language.
    package enum Feature {
        case threads, tailCalls, functionReferences, garbageCollection, relaxedSIMD
        case multipleMemories, memory64, exceptions
    }

    package borrowing func set(_ feature: Feature, to enabled: Bool) {
        switch feature {
        case .threads:
            wasmtime_config_wasm_threads_set(raw, enabled)
            // Without it, a module may declare a shared memory but no instance may have one.
            wasmtime_config_shared_memory_set(raw, enabled)
        case .tailCalls: wasmtime_config_wasm_tail_call_set(raw, enabled)
        case .functionReferences: wasmtime_config_wasm_function_references_set(raw, enabled)
        case .garbageCollection: wasmtime_config_wasm_gc_set(raw, enabled)
        case .relaxedSIMD: wasmtime_config_wasm_relaxed_simd_set(raw, enabled)
        case .multipleMemories: wasmtime_config_wasm_multi_memory_set(raw, enabled)
        case .memory64: wasmtime_config_wasm_memory64_set(raw, enabled)
        case .exceptions: wasmtime_config_wasm_exceptions_set(raw, enabled)
        }
    }

    /// Counts instructions: a store must then be given fuel before it runs anything.
    package borrowing func setConsumesFuel(_ enabled: Bool) {
        wasmtime_config_consume_fuel_set(raw, enabled)
    }

    /// Checks the epoch at loops and calls: a store must then be given a deadline before it runs anything.
    package borrowing func setChecksEpoch(_ enabled: Bool) {
        wasmtime_config_epoch_interruption_set(raw, enabled)
    }

    /// The most stack that guest code may use, in bytes.
    package borrowing func setMaximumStack(_ bytes: Int) {
        // The stack of an asynchronous call must be larger, or wasmtime refuses the settings.
        wasmtime_config_async_stack_size_set(raw, bytes + (1 << 20))
        wasmtime_config_max_wasm_stack_set(raw, bytes)
    }

    /// Compiles with a pool of threads.
    package borrowing func setCompilesInParallel(_ enabled: Bool) {
        wasmtime_config_parallel_compilation_set(raw, enabled)
    }

    /// Translates a module's DWARF to that of its native code, and tells debuggers of it as it is loaded, by the interface
    /// that gdb and lldb have for that (gdb: "JIT Interface"). Code is not optimized then: variables stay where they can
    /// be found.
    package borrowing func setDebugInfo() {
        wasmtime_config_debug_info_set(raw, true)
        wasmtime_config_cranelift_opt_level_set(raw, wasmtime_opt_level_t(WASMTIME_OPT_LEVEL_NONE))
    }

    /// How perf(1) is told of the functions of guests.
    package enum PerfFormat: String, Codable, Sendable {
        /// `/tmp/perf-PID.map`: where each function lies.
        case map
        /// `jit-PID.dump` in the working directory: their code too.
        case jitdump
    }

    /// Writes down where functions lie, as modules are loaded, under the number of the process that makes the engine.
    package borrowing func setPerf(_ format: PerfFormat) {
        let strategy =
            switch format {
            case .map: WASMTIME_PROFILING_STRATEGY_PERFMAP
            case .jitdump: WASMTIME_PROFILING_STRATEGY_JITDUMP
            }
        wasmtime_config_profiler_set(raw, wasmtime_profiling_strategy_t(strategy))
    }

    /// Whether memories begin as maps of their first contents, else as copies; on by default. Code that is in no file
    /// makes one in memory for the maps (memfd_create(2)), with its first instance.
    package borrowing func setMapsMemories(_ enabled: Bool) {
        wasmtime_config_memory_init_cow_set(raw, enabled)
    }

    /// Takes memories, tables and instances out of a pool that is reserved when the engine is made.
    ///
    /// - Parameters:
    ///   - guests: how many it has room for: of each as many memories, tables and instances as components often have.
    ///   - memoryBytes: the largest linear memory.
    package borrowing func setPool(guests: UInt32, memoryBytes: Int) {
        let pool = wasmtime_pooling_allocation_config_new()
        defer { wasmtime_pooling_allocation_config_delete(pool) }
        wasmtime_pooling_allocation_config_total_component_instances_set(pool, 4 * guests)
        wasmtime_pooling_allocation_config_total_core_instances_set(pool, 16 * guests)
        wasmtime_pooling_allocation_config_total_memories_set(pool, 4 * guests)
        wasmtime_pooling_allocation_config_total_tables_set(pool, 2 * guests)
        // Of asynchronous calls, which are not made.
        wasmtime_pooling_allocation_config_total_stacks_set(pool, 1)
        wasmtime_pooling_allocation_config_total_gc_heaps_set(pool, guests)
        wasmtime_pooling_allocation_config_max_core_instances_per_component_set(pool, 100)
        wasmtime_pooling_allocation_config_max_tables_per_component_set(pool, 50)
        wasmtime_pooling_allocation_config_max_memory_size_set(pool, memoryBytes)
        // Measured: to clear a little is cheaper than to give it back, which other threads wait for; and to give back
        // much at once is cheaper than little often.
        wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 64 << 10)
        wasmtime_pooling_allocation_config_table_keep_resident_set(pool, 64 << 10)
        wasmtime_pooling_allocation_config_decommit_batch_size_set(pool, 32)
        wasmtime_pooling_allocation_strategy_set(raw, pool)
    }
}
