package import Wasm

/// What guests may use of the WebAssembly language and of the machine. Nil means wasmtime's own default.
package struct EngineConfiguration: Codable, Hashable, Sendable {
    /// The version of wasmtime that this code is written for; an artifact of another one is never found.
    package static let engineVersion = "47.0.1"

    /// Memory, tables and instances out of a pool, instead of one by one.
    package struct Pool: Codable, Hashable, Sendable {
        /// How many guests the pool has room for.
        package var guests: UInt32
        /// The largest linear memory, in bytes; so much address space is reserved for each.
        package var memoryBytes: Int

        package init(guests: UInt32, memoryBytes: Int) {
            self.guests = guests
            self.memoryBytes = memoryBytes
        }
    }

    package var gc: Bool?
    package var exceptions: Bool?
    package var threads: Bool?
    package var memory64: Bool?
    package var tailCalls: Bool?
    package var relaxedSIMD: Bool?
    package var multiMemory: Bool?
    package var functionReferences: Bool?
    /// Bytes of native stack that a guest may use.
    package var maxWasmStack: UInt64?
    package var pool: Pool?
    /// Whether memories come out of a ``MemoryPool``, if there is no ``pool``.
    package var clearsMemories = false
    /// How much fuel a guest has for its whole life (about one per instruction); nil: it is not counted.
    package var fuel: UInt64?
    /// Compile checks of the epoch into loops and calls, so that another thread can interrupt a guest.
    package var epochInterruption = false
    /// Whether, and how, perf(1) is told of the functions of guests. Their code and their memories are then copied into
    /// memory of the process, as perf looks for a function of a file's in the file only.
    package var perf: Config.PerfFormat?
    /// Whether debuggers are told of guests' functions, lines and variables.
    package var debugInfo = false

    package init() {}

    /// Everything that shapes an artifact, as a line of text: equal lines mean interchangeable artifacts.
    ///
    /// The features of the CPU are not in it: wasmtime writes those it compiled for into the artifact and refuses
    /// to load it on a machine that lacks one, which the cache takes for a miss. How much fuel there is does not
    /// shape the code, that it is counted does.
    package var fingerprint: String {
        let features = [
            ("gc", gc), ("exceptions", exceptions), ("threads", threads), ("memory64", memory64),
            ("tail-calls", tailCalls), ("relaxed-simd", relaxedSIMD), ("multi-memory", multiMemory),
            ("function-references", functionReferences), ("fuel", fuel != nil), ("epoch", epochInterruption),
        ]
        var parts = ["wasmtime \(Self.engineVersion)", "lines"]
        parts += features.compactMap { name, value in value.map { "\(name)=\($0)" } }
        if let maxWasmStack { parts.append("stack=\(maxWasmStack)") }
        // Made since components are lowered, also those of several modules and those that have files.
        if epochInterruption { parts.append("lowered=modules,files") }
        if perf != nil { parts.append("copied") }
        if debugInfo { parts.append("dwarf") }
        if let pool { parts.append("pool=\(pool.guests)x\(pool.memoryBytes)") }
        if clearsMemories { parts.append("cleared") }
        return parts.joined(separator: " ")
    }

    /// The engine of this configuration. No thread is started.
    ///
    /// - Parameter memories: where memories come from, where they are cleared.
    package func makeEngine(_ memories: MemoryPool? = nil) throws(GuestError) -> Engine {
        let config = Config()
        let features: [(Config.Feature, Bool?)] = [
            (.garbageCollection, gc), (.exceptions, exceptions), (.threads, threads), (.memory64, memory64),
            (.tailCalls, tailCalls), (.relaxedSIMD, relaxedSIMD), (.multipleMemories, multiMemory),
            (.functionReferences, functionReferences),
        ]
        for case (let feature, let enabled?) in features {
            config.set(feature, to: enabled)
        }
        if let maxWasmStack {
            guard (65536...(1 << 30)).contains(maxWasmStack) else {
                throw GuestError(.engine, "maxWasmStack is \(maxWasmStack): it must lie between 64 KiB and 1 GiB")
            }
            config.setMaximumStack(Int(maxWasmStack))
        }
        config.setConsumesFuel(fuel != nil)
        config.setChecksEpoch(epochInterruption)
        if debugInfo { config.setDebugInfo() }
        if let perf {
            config.setPerf(perf)
            config.setMapsMemories(false)
        }
        if let pool {
            config.setPool(guests: pool.guests, memoryBytes: pool.memoryBytes)
        } else if let memories {
            config.setMemories(memories)
        }
        do throws(EngineError) {
            return try config.makeEngine()
        } catch {
            throw GuestError(error)
        }
    }
}
