internal import HTTPPolicy
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// A component that exports `wasi:http/incoming-handler`.
final class ServedComponent: ServedGuest, @unchecked Sendable {
    // Immutable once made; the engine's linkers, components and places are made to be shared by threads.
    private let program: GuestProgram.ServedEntry
    private let invocation: GuestInvocation
    private let host: GuestHost
    private let linker: ComponentLinker
    private let helpers: Helpers
    private let log: GuestLog
    private let pipes = PipePool()
    private let outgoing: OutgoingPolicy
    /// Of the container's own file system: made when it serves.
    private let world: GuestWorld

    init(
        _ program: GuestProgram.ServedEntry, _ invocation: GuestInvocation, outgoing: OutgoingPolicy, host: GuestHost,
        log: GuestLog
    ) throws(EngineError) {
        self.program = program
        self.invocation = invocation
        self.host = host
        self.log = log
        self.outgoing = outgoing
        world = GuestWorld(invocation, seesFiles: program.seesFiles)
        linker = try host.servedLinker(for: program.component)
        helpers = try Helpers(program.helpers, linker: try host.clientLinker())
    }

    func answer(_ exchange: Exchange) throws(EngineError) {
        let request = ServedRequest(
            exchange, helpers: helpers, log: log, outgoing: outgoing, variables: invocation.environment)
        let store = Store(host.engine, data: request)
        try store.setWASI(try request.world(world, pipes: pipes))
        try limit(store, for: exchange, invocation, host)
        let instance = try linker.instantiate(program.component, in: store)
        guard let handle = instance.function(program.handle) else {
            throw EngineError(operation: .instantiate, message: "the export is not a function")
        }
        let incoming = request.table.add(IncomingRequest())
        let outparam = request.table.add(ResponseOutparam())
        try handle.call([
            .own(type: ResourceTable.Kind.incomingRequest.rawValue, incoming),
            .own(type: ResourceTable.Kind.responseOutparam.rawValue, outparam),
        ])
    }
}
