internal import EngineProtocol
internal import LinuxSystem
internal import OCISpec
internal import Seccomp
internal import WasmHost

/// What all guests of a zygote need, made once: the engine with its linkers, the modules' code, the built-in filters.
final class GuestSupply {
    let host: GuestHost
    private let loader: ModuleLoader
    private let enforcing: SeccompFilter?
    private let logging: SeccompFilter?

    init(settings: EngineSettings) throws {
        let configuration = EngineConfiguration(settings.features)
        host = try GuestHost(configuration)
        let cache = try ArtifactCache(
            path: settings.cacheDirectory, limit: settings.cacheLimit, configuration: configuration)
        var limits = Compiler.Limits()
        limits.memory = settings.compilerMemoryLimit
        let confinement = try SeccompFilter.builtIn(.compiler)
        loader = ModuleLoader(engine: host.engine, cache: cache, limits: limits) {
            try confinement.install()
        }
        enforcing = try SeccompFilter.builtIn(.guest)
        logging = try SeccompFilter.builtIn(.guest, denial: .log)
    }

    /// The built-in filter for a guest.
    func filter(_ kind: GuestSeccomp) -> SeccompFilter? {
        switch kind {
        case .enforce: enforcing
        case .log: logging
        case .off: nil
        }
    }

    /// Maps a module's code, or starts to compile it.
    ///
    /// - Parameters:
    ///   - module: the module's file; borrowed.
    ///   - name: the file, as messages shall name it.
    func load(_ module: Int32, name: String) throws -> Supply {
        let before = try openDescriptors()
        switch try loader.load(module, name: name) {
        case .ready(let code): return .ready(MappedGuest(code: code, descriptors: try openDescriptors(since: before)))
        case .compiling(let job): return .compiling(job)
        }
    }

    /// Takes a compilation's code over.
    func finish(_ job: CompileJob) throws -> MappedGuest {
        let before = try openDescriptors()
        let code = try loader.finish(job)
        return MappedGuest(code: code, descriptors: try openDescriptors(since: before))
    }

    /// What becomes of a request for a module's code.
    enum Supply {
        case ready(MappedGuest)
        case compiling(CompileJob)
    }

    /// wasmtime maps a guest's data from the artifact at each instantiation, so it keeps the artifact's file open.
    private func openDescriptors(since before: Set<Int32> = []) throws -> Set<Int32> {
        try Set(listDescriptors()).subtracting(before)
    }
}

/// A guest's code, and the descriptors that it needs to be instantiated; they are closed with it.
struct MappedGuest {
    let code: GuestCode
    let descriptors: Set<Int32>
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
