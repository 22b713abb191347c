internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What answers requests: a component or a module. Used by all threads of the pool at once.
protocol Responder: Sendable {
    /// Answers one request, on the calling thread. All that the guest held is gone when it returns.
    ///
    /// - Throws: ``EngineError``: the guest was stopped, or ended by itself; or, of the operation `configureStore`, there
    ///   is not what it takes to begin.
    func answer(_ exchange: Exchange) throws(EngineError)
}

extension Responder {
    /// Gives a request's store its limits: memory, fuel and time.
    func limit(
        _ store: Store, for exchange: Exchange, _ invocation: GuestInvocation, _ host: GuestHost
    ) throws(EngineError) {
        if let limit = invocation.memoryLimit { store.limit(memory: Int64(clamping: limit)) }
        if let fuel = host.configuration.fuel { try store.setFuel(fuel) }
        let ticks = exchange.millisecondsLeft.map { UInt64($0 / WorkerPool.epochMilliseconds + 2) }
        store.setEpochDeadline(ticks: ticks ?? .max / 2)
    }
}
