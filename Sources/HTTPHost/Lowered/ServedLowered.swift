internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// A component that exports `wasi:http/incoming-handler`, lowered to a core module: the engine has linked it once, for all
/// instances, and what passes between guest and host is converted to no values on the way.
final class ServedLowered: Responder, @unchecked Sendable {
    // Immutable once made; a linked module is made to be shared by threads.
    private let program: LinkedModule
    private let invocation: GuestInvocation
    private let host: GuestHost
    private let surroundings: LoweredGuest.Surroundings
    private let idle: IdleGuests<LoweredInstance>

    init(
        _ program: LinkedModule, _ invocation: GuestInvocation, settings: ServerSettings, host: GuestHost,
        log: GuestLog, sender: RequestSender
    ) {
        self.program = program
        self.invocation = invocation
        self.host = host
        surroundings = .init(
            pipes: PipePool(), log: log, sender: sender, directories: GuestDirectories(),
            arguments: invocation.arguments, variables: invocation.environment)
        idle = IdleGuests(requests: settings.reuse)
    }

    func answer(_ exchange: Exchange) throws(EngineError) {
        let instance: LoweredInstance
        if let kept = idle.take() {
            instance = kept
            instance.guest.begin(exchange)
            try limit(instance.store, for: exchange, invocation, host)
        } else {
            instance = try makeInstance(exchange)
        }
        instance.requests += 1
        let guest = instance.guest
        do throws(EngineError) {
            let request = try guest.handles.add(IncomingRequest())
            try instance.handle.call(with: [request, guest.handles.add(ResponseOutparam())])
            if let postReturn = instance.postReturn { try postReturn.clearUp(instance.data) }
        } catch {
            throw guest.exit ?? error
        }
        if idle.mayKeep(instance), !guest.handles.areSpent {
            guest.endRequest()
            idle.keep(instance)
        }
    }

    /// Guest code may run.
    private func makeInstance(_ exchange: Exchange) throws(EngineError) -> LoweredInstance {
        let guest = LoweredGuest(exchange, surroundings)
        let data = CoreGuest(guest)
        let store = Store(host.engine, data: data)
        try limit(store, for: exchange, invocation, host)
        do throws(EngineError) {
            let instance = try program.instantiate(in: store)
            try instance.lend(
                memory: GuestProgram.LoweredExport.memory, realloc: GuestProgram.LoweredExport.realloc, to: data)
            if let initialize = instance.function(GuestProgram.LoweredExport.initialize) {
                try initialize.call(with: [])
            }
            guard let handle = instance.function(GuestProgram.LoweredExport.handle) else {
                throw EngineError(operation: .instantiate, message: "the export is not a function")
            }
            return LoweredInstance(
                store: store, data: data, handle: handle,
                postReturn: instance.function(GuestProgram.LoweredExport.postReturn),
                guest: guest)
        } catch {
            throw guest.exit ?? error
        }
    }
}
