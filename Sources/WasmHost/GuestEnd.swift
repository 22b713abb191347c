package import Wasm

/// How a guest ended.
package struct GuestEnd: Hashable, Sendable {
    /// What the container's process ends with.
    package let exitCode: Int32
    /// What is to be said on standard error: why the guest was stopped, and its stack. Ends with a line feed.
    package let report: String?

    /// 128 + SIGABRT, as of a native process that aborts.
    package static let trapped: Int32 = 134

    /// Of a guest that could not be started for want of something on the node: what containerd's runtimes say when
    /// the command can't be executed.
    package static let notRun: Int32 = 126

    static func exited(_ code: Int32) -> GuestEnd {
        GuestEnd(exitCode: code, report: nil)
    }

    /// - Parameter error: of a call that ran guest code.
    package init(_ error: EngineError) {
        if let status = error.exitStatus {
            self.init(exitCode: status, report: nil)
        } else {
            self.init(exitCode: Self.trapped, report: Self.report(error))
        }
    }

    private init(exitCode: Int32, report: String?) {
        self.exitCode = exitCode
        self.report = report
    }

    /// wasmtime's message is the backtrace, then the causes, the innermost last. That one is the headline; the frames
    /// follow, innermost first, each with its offset in the module's file and, of a module that has DWARF, with its place
    /// in the source and those of the functions that were inlined there.
    private static func report(_ error: EngineError) -> String {
        let lines = error.message.split(separator: "\n").map { $0.drop { $0 == " " } }
        var reason = lines.last ?? "unknown"
        // Several causes are numbered.
        if let number = reason.firstIndex(of: ":"), reason[..<number].allSatisfy(\.isNumber) {
            reason = reason[reason.index(after: number)...].drop { $0 == " " }
        }
        let prefix = "wasm trap: "
        if reason.hasPrefix(prefix) { reason = reason.dropFirst(prefix.count) }
        var report = "martlet: wasm trap: \(reason)\n"
        if !error.frames.isEmpty { report += "wasm backtrace:\n" }
        let sources = sources(lines)
        for (index, frame) in error.frames.enumerated() {
            let function = frame.functionName ?? "<function \(frame.functionIndex)>"
            let module = frame.moduleName.map { $0 + "!" } ?? ""
            report += "  \(index): 0x\(String(frame.moduleOffset, radix: 16)) - \(module)\(function)\n"
            for line in sources[index] ?? [] { report += "       \(line)\n" }
        }
        return report
    }

    /// What the message has of the frames beside what the C API has: lines "at FILE:LINE:COLUMN", and "- FUNCTION" for one
    /// that the function before was inlined into.
    private static func sources(_ lines: [Substring]) -> [Int: [Substring]] {
        var found: [Int: [Substring]] = [:]
        var frame: Int?
        for line in lines.drop(while: { !$0.hasSuffix("wasm backtrace:") }).dropFirst() {
            if let colon = line.firstIndex(of: ":"), let number = Int(line[..<colon]) {
                frame = number
            } else if let frame, line.hasPrefix("at ") || line.hasPrefix("- ") {
                found[frame, default: []].append(line)
            } else {
                break
            }
        }
        return found
    }
}
