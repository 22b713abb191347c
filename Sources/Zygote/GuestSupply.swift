internal import EngineProtocol
internal import OCISpec
internal import Seccomp
internal import WasmHost

/// What all guests of a zygote need, made once: the engine with its linkers, the modules' code, the built-in filters.
final class GuestSupply {
    /// An engine, and what loads code for it.
    final class Side {
        let host: GuestHost
        let loader: ModuleLoader

        init(_ configuration: EngineConfiguration, _ settings: EngineSettings, serves: Bool) throws {
            host = try GuestHost(configuration)
            let cache = try ArtifactCache(
                path: settings.cacheDirectory, limit: settings.cacheLimit, configuration: configuration)
            var limits = Compiler.Limits()
            limits.memory = settings.compilerMemoryLimit
            // In the helper's own time: most modules are in the cache.
            loader = ModuleLoader(engine: host.engine, cache: cache, limits: limits, serves: serves) {
                try SeccompFilter.builtIn(.compiler).install()
            }
        }
    }

    /// Code, and the engine that runs it.
    struct Guest {
        let code: GuestCode
        let host: GuestHost
    }

    enum Loaded {
        case ready(Guest)
        case compiling(Compilation)
    }

    struct Compilation {
        let job: CompileJob
        fileprivate let side: Side
    }

    private let settings: EngineSettings
    private let commands: Side
    /// For components that answer HTTP requests: its code can be interrupted, which costs all others nothing. Made for
    /// the first of them.
    private var madeServers: Side?
    /// Those that were asked for.
    private var filters: [FilterKind: SeccompFilter] = [:]

    private struct FilterKind: Hashable {
        let profile: BuiltInProfile
        let seccomp: GuestSeccomp
    }

    init(settings: EngineSettings) throws {
        self.settings = settings
        commands = try Side(EngineConfiguration(settings.features), settings, serves: false)
    }

    private func servers() throws -> Side {
        if let madeServers { return madeServers }
        var configuration = EngineConfiguration(settings.features)
        configuration.epochInterruption = true
        let side = try Side(configuration, settings, serves: true)
        madeServers = side
        return side
    }

    /// The built-in filter for a guest.
    func filter(_ seccomp: GuestSeccomp, serving: Bool) throws -> SeccompFilter? {
        guard seccomp != .off else { return nil }
        let kind = FilterKind(profile: serving ? .server : .guest, seccomp: seccomp)
        if let filter = filters[kind] { return filter }
        let filter = try SeccompFilter.builtIn(kind.profile, denial: seccomp == .log ? .log : .errno)
        filters[kind] = filter
        return filter
    }

    /// Maps a module's code, or starts to compile it; see `ModuleLoader`.
    func load(_ module: Int32, name: String) throws -> Loaded {
        if let guest = try loadFromCache(module, name: name, largestCopy: 0) { return .ready(guest) }
        let side = ServingHint.isIn(module) ? try servers() : commands
        switch try side.loader.load(module, name: name) {
        case .ready(let code): return .ready(Guest(code: code, host: side.host))
        case .compiling(let job): return .compiling(Compilation(job: job, side: side))
        }
    }

    /// Maps a module's code if that needs no other process, and not much memory: no engine is made for it either.
    ///
    /// - Parameter largestCopy: see `ModuleLoader`.
    func loadFromCache(_ module: Int32, name: String, largestCopy: Int = 1 << 20) throws -> Guest? {
        let code = try commands.loader.loadFromCache(module, name: name, largestCopy: largestCopy)
        if let code, !code.servesHTTP { return Guest(code: code, host: commands.host) }
        guard let servers = madeServers else { return nil }
        return try servers.loader.loadFromCache(module, name: name, largestCopy: largestCopy)
            .map { Guest(code: $0, host: servers.host) }
    }

    /// Takes a compilation's code over.
    func finish(_ compilation: Compilation) throws -> Guest {
        Guest(code: try compilation.side.loader.finish(compilation.job), host: compilation.side.host)
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
