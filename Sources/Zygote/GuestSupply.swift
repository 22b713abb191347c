package import EngineProtocol
internal import OCISpec
internal import Seccomp
internal import Wasm
package import WasmHost

/// Makes what sees what modules do, once the engine is there; nil if nothing is to be seen.
package typealias TracerMaker = (EngineSettings, GuestHost, ModuleLoader) throws -> (any GuestTracer)?

/// What all guests of a zygote need, made once: the engine with its linkers, the modules' code, the built-in filters.
package final class GuestSupply {
    package let host: GuestHost
    private let settings: EngineSettings
    private let memories: Memories
    private let loader: ModuleLoader
    /// Those that were asked for.
    private var filters: [FilterKind: SeccompFilter] = [:]

    private struct FilterKind: Hashable {
        let profile: BuiltInProfile
        let seccomp: GuestSeccomp
    }

    /// Where the memories of served guests come from. None of it takes more than address space, but that of terabytes
    /// for a pool of the engine's.
    package enum Memories {
        /// Out of a pool of ours, which clears them in between: the fastest where they have little to begin with.
        case cleared
        /// Out of a pool of the engine's, as maps of what they begin with.
        case mapped
        /// One by one.
        case apart
    }

    package enum Loaded {
        case ready(GuestCode)
        case compiling(CompileJob)
        /// Most likely to be served, and this program does not serve: see `SiblingProgram`.
        case served
    }

    /// - Parameters:
    ///   - service: of the program that serves; nil in the one that each pod has.
    ///   - client: of a program that sends requests for commands; nil in the one that each pod has.
    ///   - memories: of the program that serves.
    ///   - tracing: makes what sees what modules do.
    package init(
        settings: EngineSettings, service: (any GuestService)? = nil, client: (any GuestClient)? = nil,
        memories: Memories = .cleared, tracing: TracerMaker? = nil
    ) throws {
        self.settings = settings
        self.memories = memories
        var configuration = EngineConfiguration(settings.features)
        // Only a server has requests to interrupt, and a profiler guests to stop; it costs the code some time.
        configuration.epochInterruption = service != nil || settings.instruments?.profile != nil
        configuration.debugInfo = settings.instruments?.debugInfo == true
        configuration.perf = settings.instruments?.perf.map(Config.PerfFormat.init)
        if let service {
            switch memories {
            case .cleared: configuration.clearsMemories = configuration.perf == nil
            case .mapped: configuration.pool = .init(guests: UInt32(service.mostGuests), memoryBytes: 4 << 30)
            case .apart: break
            }
        }
        host = try GuestHost(configuration, service: service, client: client)
        let cache = try ArtifactCache(
            path: settings.cacheDirectory, limit: settings.cacheLimit, configuration: configuration)
        var limits = Compiler.Limits()
        limits.memory = settings.compilerMemoryLimit
        // In the helper's own time: most modules are in the cache.
        loader = ModuleLoader(
            host: host, cache: cache, limits: limits, copies: configuration.perf != nil
        ) {
            try SeccompFilter.builtIn(.compiler).install()
        }
        host.tracer = try tracing?(settings, host, loader)
    }

    /// What does the same with memories that suit a module better. Nil if these do.
    ///
    /// - Parameter module: open for reading; borrowed.
    package func suiting(_ module: Int32) throws -> GuestSupply? {
        guard let service = host.service, memories == .cleared, service.mapsMemories(of: module) else { return nil }
        // Where address space is limited, or so little memory is left, that there can be no pool, it is done without.
        return try (try? supply(.mapped)) ?? supply(.apart)
    }

    private func supply(_ memories: Memories) throws -> GuestSupply {
        try GuestSupply(settings: settings, service: host.service, client: host.client, memories: memories)
    }

    /// What does the same without a pool of the engine's: for the component that does not fit in one. Nil if there is
    /// none.
    package func withoutPool() throws -> GuestSupply? {
        guard memories == .mapped, host.service != nil else { return nil }
        return try supply(.apart)
    }

    /// The built-in filter for a guest.
    ///
    /// - Parameter hasHTTP: whether there is a server in its process, or a client.
    func filter(_ seccomp: GuestSeccomp, hasHTTP: Bool) throws -> SeccompFilter? {
        guard seccomp != .off else { return nil }
        let kind = FilterKind(profile: hasHTTP ? .server : .guest, seccomp: seccomp)
        if let filter = filters[kind] { return filter }
        let filter = try SeccompFilter.builtIn(kind.profile, denial: seccomp == .log ? .log : .errno)
        filters[kind] = filter
        return filter
    }

    /// Maps a module's code, or starts to compile it; see `ModuleLoader`.
    ///
    /// - Parameter servesModule: whether a core module is to be served.
    package func load(_ module: Int32, name: String, servesModule: Bool = false) throws -> Loaded {
        if host.service == nil {
            if servesModule, host.tracer == nil, ServedModules.mayBe(module) { return .served }
            // What has been compiled here is for this program, or says itself that it is not.
            let code = try loader.loadFromCache(module, name: name, largestCopy: 0, compilesOwn: true)
            if let code { return .ready(code) }
            if ServingHint.isIn(module), host.tracer == nil { return .served }
        }
        switch try loader.load(module, name: name) {
        case .ready(let code): return .ready(code)
        case .compiling(let job): return .compiling(job)
        }
    }

    /// Maps a module's code if that needs no other process, neither to compile it nor to run it, and not much memory.
    package func loadFromCache(_ module: Int32, name: String) throws -> GuestCode? {
        let code = try loader.loadFromCache(module, name: name, largestCopy: 1 << 20)
        return code.flatMap { host.lacks(for: $0) == nil ? $0 : nil }
    }

    /// Takes a compilation's code over.
    package func finish(_ job: CompileJob) throws -> GuestCode {
        try loader.finish(job)
    }
}

extension Config.PerfFormat {
    fileprivate init(_ format: PerfFormat) {
        switch format {
        case .map: self = .map
        case .jitdump: self = .jitdump
        }
    }
}

extension EngineConfiguration {
    fileprivate init(_ features: EngineFeatures) {
        self.init()
        gc = features.gc
        exceptions = features.exceptions
        threads = features.threads
        memory64 = features.memory64
        tailCalls = features.tailCalls
        relaxedSIMD = features.relaxedSIMD
        multiMemory = features.multiMemory
        functionReferences = features.functionReferences
        maxWasmStack = features.maxWasmStack
    }
}
