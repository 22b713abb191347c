internal import Bundle
internal import ContainerInit
internal import EngineProtocol
internal import LinuxSystem
internal import OCISpec
internal import Seccomp
internal import WasmHost

/// What is known of a container from its configuration alone.
struct PreparedBundle {
    let config: LoadedConfig
    /// The specification's own filter.
    let filter: SeccompFilter?

    /// Whether the calls of its module are to be written down.
    var isTraced: Bool { TracePlace.isAsked(config.spec.annotations) }

    /// How they are.
    ///
    /// - Throws: `SpecError`, `GuestError`, `ContainerFailure`: an annotation is wrong, or another asks for what can't be
    ///   traced.
    func traceSettings(of request: CreateRequest) throws -> TraceSettings? {
        guard let place = try TracePlace(config.spec.annotations) else { return nil }
        guard try !request.servesModule(self) else {
            throw ContainerFailure(
                .unsupported, step: "annotations[\"\(TracePlace.annotation)\"]",
                message: "the calls of a module that answers HTTP requests can't be traced")
        }
        var trace = TraceSettings()
        trace.isByAnnotation = true
        if case .file(let path) = place { trace.output = path }
        return trace
    }

    /// Whether the configuration is still what it was when it was read.
    func isCurrent(in bundle: String) throws -> Bool {
        try Bundle(path: bundle).loadConfig(unlessSameAs: config).identity == config.identity
    }
}

extension CreateRequest {
    /// Whether the entrypoint, if it is a core module, is to be served. What is executed in a container beside it is not.
    func servesModule(_ bundle: PreparedBundle) throws(GuestError) -> Bool {
        guard exec == nil, let annotations = bundle.config.spec.annotations else { return false }
        return try ServedModules.areWanted(annotations)
    }
}

/// The bundles that were announced and have not been created yet.
struct PreparedBundles {
    /// More than a pod's shim has in flight; an announcement beyond it only costs the time that it would have saved.
    private static let most = 16

    private var prepared: [String: PreparedBundle] = [:]

    /// Reads what can be read before Create arrives. What is wrong is left for Create to say.
    mutating func prepare(_ path: String) {
        guard prepared.count < Self.most else { return }
        guard let bundle = try? Self.read(path, unlessSameAs: nil) else { return }
        prepared[path] = bundle
    }

    /// Takes back what was taken for a container that can't be begun.
    mutating func keep(_ bundle: PreparedBundle, for path: String) {
        prepared[path] = bundle
    }

    /// The bundle of a create request, read again only if its configuration has changed.
    mutating func take(_ path: String) throws -> PreparedBundle {
        try Self.read(path, unlessSameAs: prepared.removeValue(forKey: path))
    }

    private static func read(_ path: String, unlessSameAs known: PreparedBundle?) throws -> PreparedBundle {
        let config = try Bundle(path: path).loadConfig(unlessSameAs: known?.config)
        if let known, known.config.identity == config.identity { return known }
        let filter = try config.spec.linux?.seccomp.flatMap { try SeccompFilter.compile($0) }
        return PreparedBundle(config: config, filter: filter)
    }
}
