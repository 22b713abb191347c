internal import LinuxSystem
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What a run of a module holds for the request that it answers: held by the store, used by the guest's thread only.
final class RunningModule {
    let exchange: Exchange
    private let log: GuestLog
    private var errors: GuestLog.Output?

    /// Takes the exchange's body over.
    init(_ exchange: Exchange, log: GuestLog) {
        self.exchange = exchange
        self.log = log
    }

    deinit {
        exchange.closeBody()
        if let errors { log.end(errors) }
    }

    /// The guest's world. Standard input and output are the bodies of request and response; what goes to standard error
    /// goes to the container's by whole lines, or as it comes where no file can be made for it.
    func world(
        _ world: GuestWorld, _ variables: CGIVariables, pipes: PipePool
    ) throws(EngineError) -> WASIConfiguration {
        let pipe: ResponsePipe
        do throws(SystemCallError) {
            pipe = try pipes.take()
        } catch {
            throw EngineError(operation: .configureStore, message: "no pipe for the response: \(error)")
        }
        exchange.prepareResponse(pipe)
        return try world.configuration(more: variables.list) { world in
            guard exchange.body.give(to: world, output: pipe) else { return false }
            errors = log.output(to: 2) { path in world.setStandardError("/\(path)") ? true : nil }?.output
            return true
        }
    }
}
