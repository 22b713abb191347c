internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// A served guest, in the process that the container is: an instance for each request.
final class GuestServer: @unchecked Sendable {
    // Immutable once made.
    private let guest: any Responder
    private let host: GuestHost
    private let log = GuestLog()
    private let figures: ServerFigures
    private let settings: ServerSettings
    private let sender: RequestSender
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - requests: counts those that are answered, for `martlet ps`.
    ///   - roots: what certificates must lead to where the container has none of its own.
    ///   - report: takes what there is to say of a guest that was stopped; from any thread.
    init(
        _ program: GuestProgram.Served, _ invocation: GuestInvocation, settings: ServerSettings, host: GuestHost,
        requests: SharedCounter?, roots: NodeRoots?, report: @escaping @Sendable (String) -> Void
    ) throws(GuestError) {
        figures = ServerFigures(all: requests)
        self.host = host
        self.report = report
        sender = RequestSender(settings.outgoing, invocation.environment, roots, report: report)
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
        switch program {
        case .component(let entry):
            if let lowered = entry.lowered {
                guest = ServedLowered(lowered, invocation, settings: settings, host: host, log: log, sender: sender)
                break
            }
            do throws(EngineError) {
                guest = try ServedComponent(
                    entry, invocation, settings: settings, host: host, log: log, sender: sender)
            } catch {
                throw GuestError(error)
            }
        case .module(let module):
            guest = ServedModule(module, invocation, settings: settings, host: host, log: log)
        }
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is in flight. To be called in a process with one thread.
    func run() throws(GuestError) {
        signal(SIGPIPE, SIG_IGN)
        // What a limit of files' sizes refuses is the guest's error.
        signal(SIGXFSZ, SIG_IGN)
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
            let loops = EventLoops()
            sender.begin { loops }
            server = try HTTPServer(settings, on: loops, pool: try startPool(), figures: figures, record: record)
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
            try guest.answer(exchange)
        } catch  where error.operation == .configureStore {
            // Who has gone has taken the pipes along.
            if exchange.isOver { return }
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
}

/// The engine may be used by any thread.
private struct SharedEngine: @unchecked Sendable {
    let engine: Engine
}
