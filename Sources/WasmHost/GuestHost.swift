package import Wasm

/// What all guests of a process share: the engine and what they may import. Made once, before any fork; no thread
/// is started.
package final class GuestHost {
    package let configuration: EngineConfiguration
    package let engine: Engine
    /// WASI preview 1 for core modules.
    let linker: Linker
    private var madeComponentLinkers: [Further: ComponentLinker] = [:]
    /// By what they were made for.
    private var madeServedLinkers: [[String]: ComponentLinker] = [:]
    private var madeLoweredLinker: Linker?
    /// Sees what core modules do; components are refused, then. Set before a guest is loaded, or not at all.
    package var tracer: (any GuestTracer)?
    /// Where components that answer HTTP requests are served.
    package let service: (any GuestService)?

    package init(_ configuration: EngineConfiguration, service: (any GuestService)? = nil) throws(GuestError) {
        self.configuration = configuration
        self.service = service
        engine = try configuration.makeEngine()
        linker = Linker(engine)
        do throws(EngineError) {
            try linker.defineWASI()
        } catch {
            throw GuestError(error)
        }
    }

    /// WASI 0.2 with the service's interfaces, for a component that is served.
    package func servedLinker(for component: Component) throws(EngineError) -> ComponentLinker {
        let imports = component.imports(engine)
        if let made = madeServedLinkers[imports] { return made }
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        try service?.define(in: linker, imports: imports)
        try OtherInterfaces.define(in: linker, imports: imports)
        madeServedLinkers[imports] = linker
        return linker
    }

    /// The service's functions for lowered components.
    func loweredLinker() throws(EngineError) -> Linker {
        if let madeLoweredLinker { return madeLoweredLinker }
        let linker = Linker(engine)
        try service?.defineLowered(in: linker)
        madeLoweredLinker = linker
        return linker
    }

    /// WASI preview 1 with the service's functions, for modules that are served. Made once for each program.
    func servedModuleLinker() throws(EngineError) -> Linker {
        let linker = Linker(engine)
        try linker.defineWASI()
        linker.allowShadowing()
        try service?.define(in: linker)
        return linker
    }

    /// WASI 0.2 for components that import nothing else. Made for the first of them: most pods have none, and it takes
    /// memory of each.
    package func componentLinker() throws(EngineError) -> ComponentLinker { try linker(Further()) }

    /// WASI 0.2 and outgoing `wasi:http`, for components of ours.
    package func clientLinker() throws(EngineError) -> ComponentLinker { try linker(Further(sendsHTTP: true)) }

    /// What a command may import beside WASI 0.2.
    struct Further: Hashable {
        var sendsHTTP = false
        /// Names under which there is something else.
        var others: [String] = []

        init(sendsHTTP: Bool = false) {
            self.sendsHTTP = sendsHTTP
        }

        /// What is needed of it.
        init(_ imports: [String]) {
            sendsHTTP = imports.contains { $0.hasPrefix("wasi:http/") }
            others = imports.filter { $0.hasPrefix("wasi:config/") || $0.hasPrefix("wasi:logging/") }
        }
    }

    /// What a command is linked with.
    ///
    /// - Parameter filter: stands before where it sends requests to; nil for none.
    func commandLinker(_ imports: [String], filter: Component?) throws(EngineError) -> ComponentLinker {
        guard let filter else { return try linker(Further(imports)) }
        let linker = try newLinker(Further(imports))
        try OutgoingFilter(filter, linker: clientLinker()).define(in: linker, imports: imports)
        return linker
    }

    private func linker(_ further: Further) throws(EngineError) -> ComponentLinker {
        if let made = madeComponentLinkers[further] { return made }
        let linker = try newLinker(further)
        madeComponentLinkers[further] = linker
        return linker
    }

    private func newLinker(_ further: Further) throws(EngineError) -> ComponentLinker {
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        if further.sendsHTTP { try linker.defineOutgoingHTTP() }
        try OtherInterfaces.define(in: linker, imports: further.others)
        return linker
    }
}
