internal import EngineProtocol
internal import OCISpec
internal import Seccomp
internal import WasmHost

/// What all guests of a zygote need, made once: the engine with its linkers, the modules' code, the built-in filters.
final class GuestSupply {
    let host: GuestHost
    private let loader: ModuleLoader
    /// Those that were asked for.
    private var filters: [GuestSeccomp: SeccompFilter] = [:]

    init(settings: EngineSettings) throws {
        let configuration = EngineConfiguration(settings.features)
        host = try GuestHost(configuration)
        let cache = try ArtifactCache(
            path: settings.cacheDirectory, limit: settings.cacheLimit, configuration: configuration)
        var limits = Compiler.Limits()
        limits.memory = settings.compilerMemoryLimit
        // In the helper's own time: most modules are in the cache.
        loader = ModuleLoader(engine: host.engine, cache: cache, limits: limits) {
            try SeccompFilter.builtIn(.compiler).install()
        }
    }

    /// The built-in filter for a guest.
    func filter(_ kind: GuestSeccomp) throws -> SeccompFilter? {
        guard kind != .off else { return nil }
        if let filter = filters[kind] { return filter }
        let filter = try SeccompFilter.builtIn(.guest, denial: kind == .log ? .log : .errno)
        filters[kind] = filter
        return filter
    }

    /// Maps a module's code, or starts to compile it; see `ModuleLoader`.
    func load(_ module: Int32, name: String) throws -> ModuleLoader.Loaded {
        try loader.load(module, name: name)
    }

    /// Maps a module's code if that needs no other process, and not much memory.
    func loadFromCache(_ module: Int32, name: String) throws -> GuestCode? {
        try loader.loadFromCache(module, name: name, largestCopy: 1 << 20)
    }

    /// Takes a compilation's code over.
    func finish(_ job: CompileJob) throws -> GuestCode {
        try loader.finish(job)
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
