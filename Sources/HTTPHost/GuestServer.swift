internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// A served component, in the process that the container is: an instance for each request.
final class GuestServer: @unchecked Sendable {
    // Immutable once made; the engine's linkers, components and places are made to be shared by threads.
    private let program: GuestProgram.ServedEntry
    private let invocation: GuestInvocation
    private let host: GuestHost
    private let linker: ComponentLinker
    private let log = GuestLog()
    private let figures: ServerFigures
    private let settings: ServerSettings
    private let surroundings: ServedGuest.Surroundings
    private let settlesLate: Bool
    /// Whether a request is likely to need its guest's whole world: as the last one did. A wrong guess costs some time.
    private let needsWorld = Atomic(true)
    private let idle: IdleGuests
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - requests: counts those that are answered, for `martlet ps`.
    ///   - report: takes what there is to say of a guest that was stopped; from any thread.
    init(
        _ program: GuestProgram.ServedEntry, _ invocation: GuestInvocation, settings: ServerSettings, host: GuestHost,
        requests: SharedCounter?, report: @escaping @Sendable (String) -> Void
    ) throws(GuestError) {
        figures = ServerFigures(all: requests)
        self.program = program
        self.invocation = invocation
        self.host = host
        self.report = report
        settlesLate = ServedInterfaces.canSettleLate(program.imports)
        idle = IdleGuests(requests: settlesLate ? settings.reuse : 1)
        do throws(EngineError) {
            linker = try host.servedLinker(for: program.component)
            surroundings = .init(
                world: GuestWorld(invocation, program.sights),
                helpers: try Helpers(program.helpers, linker: try host.componentLinker()), pipes: PipePool(), log: log,
                outgoing: settings.outgoing)
        } catch {
            throw GuestError(error)
        }
        do throws(SystemCallError) {
            var settings = settings
            if let limit = invocation.memoryLimit {
                settings.collectedBodies = min(settings.collectedBodies, Int(clamping: limit / 8))
            }
            settings.fit(descriptors: try currentLimit(.openFiles).soft)
            self.settings = settings
        } catch {
            throw GuestError(error)
        }
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is in flight. To be called in a process with one thread.
    func run() throws(GuestError) {
        signal(SIGPIPE, SIG_IGN)
        // As of any guest: see `GuestRun`.
        setenv("TOKIO_WORKER_THREADS", "1", 0)
        let termination: OwnedFileDescriptor
        do throws(SystemCallError) {
            // Before the first other thread.
            termination = try Signals.terminationDescriptor()
        } catch {
            throw GuestError(error)
        }
        let server: HTTPServer
        do {
            var record: (@Sendable (AccessRecord) -> Void)?
            if settings.logsAccess { record = { [log] in log.say($0.line) } }
            server = try HTTPServer(settings, pool: try startPool(), figures: figures, record: record)
        } catch {
            throw GuestError(.systemCall, "\(error)")
        }
        var polled = pollfd(fd: termination.raw, events: Int16(POLLIN), revents: 0)
        _ = attempt { poll(&polled, 1, -1) }
        server.drain()
        log.finish()
    }

    private func startPool() throws(GuestError) -> WorkerPool {
        let engine = SharedEngine(engine: host.engine)
        let pool = WorkerPool(
            processors: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), concurrency: settings.concurrency,
            longestQueue: settings.queue, beginEpoch: { engine.engine.incrementEpoch() }, run: { self.serve($0) })
        guard pool.start() else {
            throw GuestError(.systemCall, "no thread can be had: see the container's limit of processes")
        }
        return pool
    }

    /// One request, on a thread of the pool.
    private func serve(_ exchange: Exchange) {
        // After all that the call held is gone.
        defer { exchange.guestHasEnded() }
        guard !exchange.isOver else {
            exchange.closeBody()
            return
        }
        do throws(EngineError) {
            try call(exchange)
        } catch  where error.operation == .configureStore {
            // Not for the guest's sake: descriptors or memory are short.
            report("martlet: request \(exchange.number): \(error.message)\n")
            exchange.fail(status: 503)
        } catch {
            count(error, exchange)
            report(Self.words(of: error, exchange))
        }
    }

    private func count(_ error: EngineError, _ exchange: Exchange) {
        if error.exitStatus != nil { return }
        if exchange.millisecondsLeft == 0 {
            figures.timeouts.add(1, ordering: .relaxed)
        } else {
            figures.traps.add(1, ordering: .relaxed)
        }
    }

    private static func words(of error: EngineError, _ exchange: Exchange) -> String {
        let request = "martlet: request \(exchange.number)"
        if let status = error.exitStatus { return "\(request) ended by wasi:cli/exit with \(status)\n" }
        if exchange.millisecondsLeft == 0 { return "\(request) was stopped: its time is over\n" }
        return "\(request) was stopped\n\(GuestEnd(error).report ?? "")"
    }

    private func call(_ exchange: Exchange) throws(EngineError) {
        let instance: GuestInstance
        if let kept = idle.take() {
            instance = kept
            instance.guest.begin(exchange)
            try instance.store.setWASI(instance.guest.world(isWhole: needsWorld.load(ordering: .relaxed)))
        } else {
            instance = try makeInstance(ServedGuest(exchange, surroundings))
        }
        instance.requests += 1
        limitTime(of: instance.store, exchange)
        if let fuel = host.configuration.fuel { try instance.store.setFuel(fuel) }
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
        if let limit = invocation.memoryLimit { store.limit(memory: Int64(clamping: limit)) }
        if let fuel = host.configuration.fuel { try store.setFuel(fuel) }
        limitTime(of: store, guest.exchange)
        let instance = try linker.instantiate(program.component, in: store)
        guard let handle = instance.function(program.handle) else {
            throw EngineError(operation: .instantiate, message: "the export is not a function")
        }
        return GuestInstance(store: store, handle: handle, guest: guest)
    }

    private func limitTime(of store: Store, _ exchange: Exchange) {
        let ticks = exchange.millisecondsLeft.map { UInt64($0 / WorkerPool.epochMilliseconds + 2) }
        store.setEpochDeadline(ticks: ticks ?? .max / 2)
    }
}

/// The engine may be used by any thread.
private struct SharedEngine: @unchecked Sendable {
    let engine: Engine
}
