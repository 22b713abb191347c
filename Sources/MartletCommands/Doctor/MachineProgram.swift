internal import Glibc
internal import LinuxSystem

/// Runs a program of the machine to its end, as root would.
struct MachineProgram: Sendable {
    struct Answer: Sendable, Equatable {
        var succeeded: Bool
        var output: String
    }

    typealias Body = @Sendable (_ path: String, _ arguments: [String], _ onlyOutput: Bool) -> Answer?

    private let body: Body

    init(_ body: @escaping Body = MachineProgram.run) { self.body = body }

    /// - Parameter onlyOutput: without its standard error, where there may be warnings.
    /// - Returns: nil if it can't be run, or does not end within ten seconds.
    func run(_ path: String, _ arguments: [String], onlyOutput: Bool = false) -> Answer? {
        body(path, arguments, onlyOutput)
    }

    private static let run: Body = { path, arguments, onlyOutput in
        guard let null = try? openFile("/dev/null", O_RDWR) else { return nil }
        var command = TimedCommand(
            path: path, arguments: [path] + arguments,
            environment: ["PATH=\(NodeCheck.searchPath.joined(separator: ":"))"], input: [], timeout: 10)
        // Of a configuration with all that it has by default: some ten kilobytes.
        command.kept = 1 << 20
        if onlyOutput { command.errors = null.raw }
        guard let outcome = try? command.run(), !outcome.timedOut else { return nil }
        return Answer(succeeded: outcome.end == .exited(0), output: outcome.output)
    }
}
