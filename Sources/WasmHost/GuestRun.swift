internal import CLinux
internal import Glibc
internal import Wasm

/// One run of a guest, in the process that the container is: after the fork, in the container's namespaces and root,
/// as its user. Threads may be started from here on.
package struct GuestRun {
    private enum State {
        case module(Instance, calls: [(name: String, results: Int)])
        case component(ComponentFunction, GuestProgram.ComponentEntry)
        case ended(GuestEnd)
    }

    private let state: State
    private let host: GuestHost

    /// Makes the guest's world and its instance. A core module's start function, if it has one, runs: so this is not
    /// to be called before Start.
    ///
    /// - Parameter surroundings: what the store of a command that sends requests holds: see ``GuestClient``.
    /// - Throws: ``GuestError`` if the container lacks what a guest needs, or the limits are too low for it. How the
    ///   guest's own start function ended is not an error, but the run's end.
    package init(
        _ program: GuestProgram, _ invocation: GuestInvocation, host: GuestHost,
        surroundings: (any GuestSurroundings)? = nil
    ) throws(GuestError) {
        self.host = host
        try host.tracer?.open()
        // WASI has no signals: writing to a pipe that nobody reads is an error of the write.
        signal(SIGPIPE, SIG_IGN)
        // The engine's asynchronous runtime needs no more for one guest, and looks for the number of processors
        // in the cgroup's files if it is not told. It reads its own environment, not the guest's.
        setenv("TOKIO_WORKER_THREADS", "1", 0)
        let store = Store(host.engine, data: surroundings ?? program.surroundings(invocation))
        do throws(EngineError) {
            try store.setWASI(
                GuestWorld(invocation).configuration {
                    $0.inheritStandardStreams(); return true
                })
            if let limit = invocation.memoryLimit { store.limit(memory: Int64(clamping: limit)) }
            Self.followMemoryLimit(of: store)
            if let fuel = host.configuration.fuel { try store.setFuel(fuel) }
            if host.configuration.epochInterruption { store.setEpochDeadline(ticks: .max / 2) }
            host.tracer?.begin(store)
            switch program.entry {
            case .module(let module, let calls):
                state = .module(try module.instantiate(in: store), calls: calls)
            case .component(let entry):
                let instance = try entry.linker.instantiate(entry.component, in: store)
                guard let function = instance.function(entry.export) else {
                    throw EngineError(operation: .instantiate, message: "the export is not a function")
                }
                state = .component(function, entry)
            case .server:
                throw EngineError(operation: .configureStore, message: "a server is not run but serves")
            }
        } catch  where error.operation == .instantiate && Self.isGuests(error) {
            Self.followMemoryLimit(of: nil)
            state = .ended(GuestEnd(error))
        } catch {
            Self.followMemoryLimit(of: nil)
            throw GuestError(error)
        }
    }

    /// The container's memory limit may change at any time: the guest's follows, from here on until the store goes.
    private static func followMemoryLimit(of store: Store?) {
        guard let (function, context) = store?.memoryLimiter else { return martlet_follow_memory_limit(nil, nil) }
        martlet_follow_memory_limit(function, context)
    }

    /// Whether guest code was running when it happened.
    private static func isGuests(_ error: EngineError) -> Bool {
        error.exitStatus != nil || error.trapCode != nil || !error.frames.isEmpty
    }

    /// Runs the guest to its end.
    package func run() -> GuestEnd {
        defer {
            Self.followMemoryLimit(of: nil)
            host.tracer?.finish()
        }
        do throws(EngineError) {
            switch state {
            case .module(let instance, let calls):
                for call in calls {
                    // It is exported: that was checked.
                    try instance.function(call.name)?.call(results: call.results)
                }
                return .exited(0)
            case .component(let function, let entry):
                defer { OutputFlush.run(entry.flush, host: host) }
                return .exited(try function.call(hasResult: entry.hasResult) == .success ? 0 : 1)
            case .ended(let end):
                return end
            }
        } catch {
            return GuestEnd(error)
        }
    }
}

extension GuestProgram {
    /// What our functions find of a command.
    fileprivate func surroundings(_ invocation: GuestInvocation) -> RunningCommand? {
        guard case .component = entry else { return nil }
        return RunningCommand(invocation)
    }
}
