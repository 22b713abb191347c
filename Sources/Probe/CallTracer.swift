internal import Bundle
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Wasm
internal import WasmHost

/// Writes down the calls of WASI that a module makes.
final class CallTracer: GuestTracer {
    private let linker: TracedLinker
    private let journal: Journal
    private let isByAnnotation: Bool

    var descriptors: [Int32] { journal.descriptor > 2 ? [journal.descriptor] : [] }

    /// - Parameter loader: has the modules compiled that calls go through.
    init(_ settings: TraceSettings, _ host: GuestHost, _ loader: ModuleLoader) throws {
        let journal = try Journal(settings)
        self.journal = journal
        isByAnnotation = settings.isByAnnotation
        var trampolines: [String: Module] = [:]
        for (module, lacks) in WASICall.modules {
            let functions = WASICall.all.filter { !lacks.contains($0.name) }.map { call in
                (name: call.name, parameters: call.parameters.flatMap(\.types), result: call.answers ? "i32" : nil)
            }
            trampolines[module] = try loader.loadOwnModule(TracedLinker.trampoline(for: module, functions: functions))
        }
        linker = try TracedLinker(host.engine, trampolines: trampolines) { call, make in
            journal.note(call, make)
        }
    }

    var refusal: String {
        "only the calls of modules can be traced"
            + (isByAnnotation ? ", which the annotation \(TracePlace.annotation) asks for" : "")
    }

    func link(_ module: Module, _: Linker) throws(EngineError) -> LinkedModule { try linker.link(module) }

    func open() throws(GuestError) { try journal.open() }

    func begin(_: Store) {}

    func finish() { journal.finish() }
}

/// Where the calls are written down.
private final class Journal {
    /// What is told of a function in the summary.
    private struct Total {
        var calls = 0
        var errors = 0
        /// Nanoseconds.
        var time: UInt64 = 0
    }

    /// Never closed: it belongs to the process.
    private(set) var descriptor: Int32 = 2
    /// A path in the container.
    private let laterOutput: String?
    private let isSummary: Bool
    private let text: CallText
    private var totals: [String: Total] = [:]

    init(_ settings: TraceSettings) throws {
        isSummary = settings.summary
        text = CallText(shown: settings.shown)
        laterOutput = settings.isByAnnotation ? settings.output : nil
        if laterOutput == nil, let output = settings.output { descriptor = try Self.open(output) }
    }

    private static func open(_ path: String) throws(SystemCallError) -> Int32 {
        try openFile(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644).release()
    }

    /// What is opened in the guest's process.
    func open() throws(GuestError) {
        guard let laterOutput else { return }
        do throws(SystemCallError) {
            descriptor = try Self.open(laterOutput)
        } catch {
            throw GuestError(
                .systemCall, "the file of the annotation \(TracePlace.annotation) can't be written: \(error)",
                errno: error.errno)
        }
    }

    func note(_ call: TracedCall, _ make: () -> HostCallEnd) -> HostCallEnd {
        let known = WASICall.byName[call.name]
        let before = isSummary ? [] : text.before(call, known)
        let begin = Self.now()
        let end = make()
        let time = Self.now() - begin
        let isError = if case .returned(let value?) = end { value != 0 } else { false }
        totals[call.name, default: Total()].calls += 1
        totals[call.name, default: Total()].errors += isError ? 1 : 0
        totals[call.name, default: Total()].time += time
        if !isSummary {
            let arguments = text.after(call, known, before, succeeded: !isError)
            write("\(call.name)(\(arguments)) = \(Self.answer(end)) <\(Self.seconds(time))>\n")
        }
        if case .exited(let status) = end {
            finish()
            // A trap would not have the status; and nothing that is left to be done would be seen.
            _exit(status)
        }
        return end
    }

    func finish() {
        guard isSummary else { return }
        let all = totals.sorted { ($0.value.time, $1.key) > ($1.value.time, $0.key) }
        let whole = max(1, all.reduce(0) { $0 + $1.value.time })
        var rows = "% time     seconds     calls    errors  call\n"
        for (name, total) in all {
            let share = total.time * 1000 / whole
            rows += Self.padded("\(share / 10).\(share % 10)", 6) + Self.padded(Self.seconds(total.time), 12)
            rows += Self.padded("\(total.calls)", 10) + Self.padded(total.errors == 0 ? "" : "\(total.errors)", 10)
            rows += "  \(name)\n"
        }
        write(rows)
        totals = [:]
    }

    private static func answer(_ end: HostCallEnd) -> String {
        switch end {
        case .returned(nil): return "?"
        case .returned(0?): return "0"
        case .returned(let value?):
            return value < UInt64(WASICall.errors.count) ? "\(value) \(WASICall.errors[Int(value)])" : "\(value)"
        case .exited: return "?"
        case .failed(let message): return "? (\(message))"
        }
    }

    private static func seconds(_ time: UInt64) -> String {
        let digits = "\(time / 1000 % 1_000_000)"
        return "\(time / 1_000_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func write(_ line: String) { try? ProbeMain.write(Array(line.utf8), to: descriptor) }
}
