internal import CLinux
internal import Glibc
internal import LinuxSystem
package import WASIHTTP
internal import Wasm

/// A served component, in the process that the container is: an instance for each request.
package final class GuestServer: @unchecked Sendable {
    // Immutable once made, and the engine's linkers, components and places are made to be shared by threads.
    private let program: GuestProgram.ServedEntry
    private let invocation: GuestInvocation
    private let host: GuestHost
    private let linker: ComponentLinker
    private let helper: ServedHelper
    private let settings: ServerSettings
    private let report: @Sendable (String) -> Void

    /// - Parameter report: takes what there is to say of a guest that trapped.
    package init?(
        _ program: GuestProgram, _ invocation: GuestInvocation, settings: ServerSettings, host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) throws(GuestError) {
        guard case .server(let entry) = program.entry else { return nil }
        self.program = entry
        self.invocation = invocation
        self.host = host
        self.settings = settings
        self.report = report
        do throws(EngineError) {
            linker = try host.servedLinker()
            helper = try ServedHelper(entry.helper, linker: try host.componentLinker())
        } catch {
            throw GuestError(error)
        }
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is in flight.
    package func run() throws(GuestError) {
        signal(SIGPIPE, SIG_IGN)
        setenv("TOKIO_WORKER_THREADS", "1", 0)
        let termination: OwnedFileDescriptor
        do throws(SystemCallError) {
            // Before the first thread.
            termination = try Signals.terminationDescriptor()
        } catch {
            throw GuestError(error)
        }
        let engine = SharedEngine(host.engine)
        let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let pool = WorkerPool(
            processors: processors, settings: settings, beginEpoch: { engine.engine.incrementEpoch() },
            run: { self.serve($0) })
        let server: HTTPServer
        do {
            server = try HTTPServer(settings, pool: pool)
        } catch {
            throw GuestError(.systemCall, "can't serve at \(settings.host):\(settings.port): \(error)")
        }
        var polled = pollfd(fd: termination.raw, events: Int16(POLLIN), revents: 0)
        while poll(&polled, 1, -1) < 0 && errno == EINTR {}
        server.drain()
    }

    /// One request, on a thread of the pool.
    private func serve(_ exchange: Exchange) {
        defer { exchange.end(.returned) }
        do throws(EngineError) {
            // In a scope of its own: the store goes, and what it holds, before the end is told.
            try call(exchange)
        } catch {
            let reason = exchange.millisecondsLeft == 0 ? "request \(exchange.number) took too long\n" : ""
            report("martlet: \(reason.isEmpty ? "request \(exchange.number) failed\n" : reason)")
            if let text = GuestEnd(error).report { report(text) }
        }
    }

    private func call(_ exchange: Exchange) throws(EngineError) {
        var pipe: [Int32] = [-1, -1]
        guard pipe2(&pipe, O_CLOEXEC) == 0 else {
            if let body = exchange.body { _ = close(body) }
            throw EngineError(operation: .configureStore, message: "no pipe for the response: error \(errno)")
        }
        let request = ServedRequest(exchange, helper: helper, responseBody: pipe[0])
        let store = Store(host.engine, data: request)
        do throws(EngineError) {
            defer {
                // wasmtime has opened them anew.
                _ = close(pipe[1])
                if let body = exchange.body { _ = close(body) }
            }
            let world = try GuestRun.world(
                invocation, more: [("REQUEST_ID", "\(exchange.number)")]) { world in
                    world.setStandardStreams(
                        input: exchange.body.map { "/proc/self/fd/\($0)" }, output: "/proc/self/fd/\(pipe[1])")
                }
            try store.setWASI(world)
        }
        if let limit = invocation.memoryLimit { store.limit(memory: Int64(clamping: limit)) }
        if let fuel = host.configuration.fuel { try store.setFuel(fuel) }
        let ticks = exchange.millisecondsLeft.map { UInt64($0 / WorkerPool.epochMilliseconds + 1) }
        store.setEpochDeadline(ticks: ticks ?? .max / 2)
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

/// The engine may be used by any thread.
private struct SharedEngine: @unchecked Sendable {
    let engine: Engine

    init(_ engine: Engine) {
        self.engine = engine
    }
}
