internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import Wasm
internal import WasmHost

/// Samples the stack of a module while it runs: a thread begins an epoch at each interval, and the guest, which looks
/// for new ones at calls and in loops, is stopped for a sample.
final class StackSampler: GuestTracer {
    private let settings: ProfileSettings
    private let engine: Engine
    /// Never closed: it belongs to the process.
    private let output: Int32
    private var module: Module?
    private var profiler: GuestProfiler?

    init(_ settings: ProfileSettings, _ host: GuestHost) throws {
        self.settings = settings
        engine = host.engine
        output = try openFile(settings.output, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644).release()
    }

    var descriptors: [Int32] { [output] }
    var refusal: String { "only modules can be profiled; perf can sample it: martlet run --perf map" }

    func link(_ module: Module, _ linker: Linker) throws(EngineError) -> LinkedModule {
        self.module = module
        return try linker.link(module)
    }

    func open() {}

    func begin(_ store: Store) {
        guard let module else { return }
        let profiler = GuestProfiler(
            engine, module, name: settings.name, interval: UInt64(settings.interval) * 1_000_000)
        self.profiler = profiler
        var before = Self.processorTime()
        store.atEachEpoch { store in
            let now = Self.processorTime()
            profiler.sample(store, processorTime: now - before)
            before = now
        }
        // A profile is what an interrupted run is for: it is written before the process ends.
        signal(SIGTERM) { StackSampler.endingSignal.store($0, ordering: .relaxed) }
        signal(SIGINT) { StackSampler.endingSignal.store($0, ordering: .relaxed) }
        nonisolated(unsafe) let engine = engine  // Beginning an epoch is for any thread.
        let (output, interval) = (output, useconds_t(settings.interval) * 1000)
        do {
            try DetachedThread.start("sampler") {
                while true {
                    usleep(interval)
                    let number = Self.endingSignal.load(ordering: .relaxed)
                    guard number == 0 else { Self.end(profiler, output, number) }
                    engine.incrementEpoch()
                }
            }
        } catch {
            Self.tell("the guest is not sampled: \(error)")
        }
    }

    func finish() {
        guard let profiler else { return }
        Self.write(profiler, to: output) {}
    }

    /// Zero, or the signal that is to end the process.
    private static let endingSignal = Atomic<Int32>(0)

    /// Ends as the guest would without a sampler, when the profile is written.
    private static func end(_ profiler: GuestProfiler, _ output: Int32, _ signal: Int32) -> Never {
        write(profiler, to: output) { _exit(128 + signal) }
        _exit(128 + signal)
    }

    /// - Parameter then: before anybody else may go on.
    private static func write(_ profiler: GuestProfiler, to output: Int32, _ then: () -> Void) {
        do throws(EngineError) {
            try profiler.finish { bytes in
                do {
                    try writeAll(bytes, to: output, name: "the profile")
                } catch {
                    tell("\(error)")
                }
                then()
            }
        } catch {
            tell("\(error)")
        }
    }

    private static func tell(_ problem: String) {
        try? ProbeMain.write(Array("martlet: \(problem)\n".utf8), to: 2)
    }

    /// Of this thread, in nanoseconds.
    private static func processorTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
