package import Wasm

/// What all guests of a process share: the engine and what they may import. Made once, before any fork; no thread
/// is started.
package final class GuestHost {
    package let configuration: EngineConfiguration
    package let engine: Engine
    /// Where guests' memories come from, if they are cleared.
    package let memories: MemoryPool?
    /// WASI preview 1 for core modules.
    let linker: Linker
    /// By what they have beside WASI 0.2.
    private var madeComponentLinkers: [[String]: ComponentLinker] = [:]
    private var madeClientLinker: ComponentLinker?
    /// By what they were made for.
    private var madeServedLinkers: [[String]: ComponentLinker] = [:]
    private var madeLoweredLinker: Linker?
    /// Sees what core modules do; components are refused, then. Set before a guest is loaded, or not at all.
    package var tracer: (any GuestTracer)?
    /// Where components that answer HTTP requests are served.
    package let service: (any GuestService)?
    /// What sends the requests of commands.
    package let client: (any GuestClient)?

    package init(
        _ configuration: EngineConfiguration, service: (any GuestService)? = nil, client: (any GuestClient)? = nil
    ) throws(GuestError) {
        self.configuration = configuration
        self.service = service
        self.client = client
        memories = configuration.clearsMemories ? MemoryPool() : nil
        engine = try configuration.makeEngine(memories)
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

    /// What a guest needs that not every program has.
    package enum Part: Hashable {
        case service, client
    }

    /// What this program lacks of what a guest needs: another is to run it, then.
    package func lacks(for code: GuestCode) -> Part? {
        // Says itself that it is not for components.
        if tracer != nil { return nil }
        if code.servesHTTP { return service == nil ? .service : nil }
        return code.sendsHTTP && client == nil ? .client : nil
    }

    /// WASI 0.2 for components that import nothing else. Made for the first of them: most pods have none, and it takes
    /// memory of each.
    package func componentLinker() throws(EngineError) -> ComponentLinker { try commandLinker([]) }

    /// WASI 0.2 and wasmtime's own `wasi:http`, for components of ours: it alone makes the streams of bodies.
    package func clientLinker() throws(EngineError) -> ComponentLinker {
        if let madeClientLinker { return madeClientLinker }
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        try linker.defineOutgoingHTTP()
        madeClientLinker = linker
        return linker
    }

    /// What a command is linked with.
    func commandLinker(_ imports: [String]) throws(EngineError) -> ComponentLinker {
        let further = imports.filter { name in
            ["wasi:http/", "wasi:config/", "wasi:logging/"].contains { name.hasPrefix($0) }
        }
        if let made = madeComponentLinkers[further] { return made }
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        if GuestCode.sendHTTP(further) { try client?.defineClient(in: linker, imports: further) }
        try OtherInterfaces.define(in: linker, imports: further)
        madeComponentLinkers[further] = linker
        return linker
    }
}
