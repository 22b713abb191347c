internal import Synchronization
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// A component that exports `wasi:http/incoming-handler`.
final class ServedComponent: Responder, @unchecked Sendable {
    // Immutable once made; the engine's linkers, components and places are made to be shared by threads.
    private let program: GuestProgram.ServedEntry
    private let invocation: GuestInvocation
    private let host: GuestHost
    private let linker: ComponentLinker
    private let surroundings: ServedGuest.Surroundings
    private let settlesLate: Bool
    /// Whether a request is likely to need its guest's whole world: as the last one did. A wrong guess costs some time.
    private let needsWorld = Atomic(true)
    private let idle: IdleGuests<GuestInstance>

    /// Of the container's own file system: made when it serves.
    init(
        _ program: GuestProgram.ServedEntry, _ invocation: GuestInvocation, settings: ServerSettings, host: GuestHost,
        log: GuestLog, sender: RequestSender
    ) throws(EngineError) {
        self.program = program
        self.invocation = invocation
        self.host = host
        let sights = program.sights
        settlesLate = !sights.outliveRequests
        idle = IdleGuests(requests: settlesLate ? settings.reuse : 1)
        guard let helpers = program.helpers else {
            throw EngineError(operation: .link, message: "the helper components are not loaded")
        }
        linker = try host.servedLinker(for: program.component)
        surroundings = .init(
            world: GuestWorld(invocation, sights),
            helpers: try Helpers(helpers, linker: try host.clientLinker()), pipes: PipePool(), log: log,
            sender: sender, variables: invocation.environment)
    }

    func answer(_ exchange: Exchange) throws(EngineError) {
        let instance: GuestInstance
        if let kept = idle.take() {
            instance = kept
            instance.guest.begin(exchange)
            try instance.store.setWASI(instance.guest.world(isWhole: needsWorld.load(ordering: .relaxed)))
            try limit(instance.store, for: exchange, invocation, host)
        } else {
            instance = try makeInstance(ServedGuest(exchange, surroundings))
        }
        instance.requests += 1
        let guest = instance.guest
        let incoming = guest.table.add(IncomingRequest())
        let outparam = guest.table.add(ResponseOutparam())
        do throws(EngineError) {
            try instance.handle.call([
                .own(type: ResourceTable.Kind.incomingRequest.rawValue, incoming),
                .own(type: ResourceTable.Kind.responseOutparam.rawValue, outparam),
            ])
        } catch {
            throw guest.shortage ?? error
        }
        needsWorld.store(guest.hasSettled, ordering: .relaxed)
        if idle.mayKeep(instance) {
            // What it had open is closed with the world that it was opened in.
            if guest.isSettled { try instance.store.setWASI(guest.world(isWhole: false)) }
            guest.endRequest()
            idle.keep(instance)
        }
    }

    /// Guest code may run.
    private func makeInstance(_ guest: ServedGuest) throws(EngineError) -> GuestInstance {
        let store = Store(host.engine, data: guest)
        try store.setWASI(guest.world(isWhole: !settlesLate || needsWorld.load(ordering: .relaxed)))
        try limit(store, for: guest.exchange, invocation, host)
        let instance = try linker.instantiate(program.component, in: store)
        guard let handle = instance.function(program.handle) else {
            throw EngineError(operation: .instantiate, message: "the export is not a function")
        }
        return GuestInstance(store: store, handle: handle, guest: guest)
    }
}
