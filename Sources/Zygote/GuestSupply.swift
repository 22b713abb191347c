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
    private let loader: ModuleLoader
    /// Those that were asked for.
    private var filters: [FilterKind: SeccompFilter] = [:]

    private struct FilterKind: Hashable {
        let profile: BuiltInProfile
        let seccomp: GuestSeccomp
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
    ///   - pools: whether instances of served components come out of a pool, which takes less time for each. It is
    ///     address space only, of some terabytes.
    ///   - tracing: makes what sees what modules do.
    package init(
        settings: EngineSettings, service: (any GuestService)? = nil, client: (any GuestClient)? = nil,
        pools: Bool = true, tracing: TracerMaker? = nil
    ) throws {
        self.settings = settings
        var configuration = EngineConfiguration(settings.features)
        // Only a server has requests to interrupt, and a profiler guests to stop; it costs the code some time.
        configuration.epochInterruption = service != nil || settings.instruments?.profile != nil
        configuration.debugInfo = settings.instruments?.debugInfo == true
        configuration.perf = settings.instruments?.perf.map(Config.PerfFormat.init)
        if let service, pools {
            configuration.pool = .init(guests: UInt32(service.mostGuests), memoryBytes: 4 << 30)
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

    /// What does the same without a pool: for the component that does not fit in one. Nil if there is none.
    package func withoutPool() throws -> GuestSupply? {
        guard host.configuration.pool != nil else { return nil }
        return try GuestSupply(settings: settings, service: host.service, client: host.client, pools: false)
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
