package import Wasm

/// What all guests of a process share: the engine and what they may import. Made once, before any fork; no thread
/// is started.
package final class GuestHost {
    package let configuration: EngineConfiguration
    package let engine: Engine
    /// WASI preview 1 for core modules.
    let linker: Linker
    private var madeComponentLinker: ComponentLinker?
    private var madeServedLinker: ComponentLinker?

    package init(_ configuration: EngineConfiguration) throws(GuestError) {
        self.configuration = configuration
        engine = try configuration.makeEngine()
        linker = Linker(engine)
        do throws(EngineError) {
            try linker.defineWASI()
        } catch {
            throw GuestError(error)
        }
    }

    /// WASI 0.2 with our `wasi:http`, for components that are served.
    func servedLinker() throws(EngineError) -> ComponentLinker {
        if let madeServedLinker { return madeServedLinker }
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        try ServedInterfaces.define(in: linker)
        madeServedLinker = linker
        return linker
    }

    /// WASI 0.2 and outgoing `wasi:http` for components. Made for the first of them: most pods have none, and it takes
    /// memory of each.
    func componentLinker() throws(EngineError) -> ComponentLinker {
        if let madeComponentLinker { return madeComponentLinker }
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        try linker.defineOutgoingHTTP()
        madeComponentLinker = linker
        return linker
    }
}
