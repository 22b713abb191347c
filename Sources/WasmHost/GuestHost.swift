package import Wasm

/// What all guests of a process share: the engine and what they may import. Made once, before any fork; no thread
/// is started.
package final class GuestHost {
    package let configuration: EngineConfiguration
    package let engine: Engine
    /// WASI preview 1 for core modules.
    let linker: Linker
    /// WASI 0.2 and outgoing `wasi:http` for components.
    let componentLinker: ComponentLinker

    package init(_ configuration: EngineConfiguration) throws(GuestError) {
        self.configuration = configuration
        engine = try configuration.makeEngine()
        linker = Linker(engine)
        componentLinker = ComponentLinker(engine)
        do throws(EngineError) {
            try linker.defineWASI()
            try componentLinker.defineWASI()
            try componentLinker.defineOutgoingHTTP()
        } catch {
            throw GuestError(error)
        }
    }
}
