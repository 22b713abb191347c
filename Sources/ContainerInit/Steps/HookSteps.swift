internal import EngineProtocol
internal import LinuxSystem
internal import OCISpec

/// Runs the hooks of a stage, in order; the first that fails is the last.
///
/// - Parameters:
///   - stage: its name in the specification.
///   - state: what each is given on its standard input.
func runHooks(_ hooks: [Hook]?, stage: String, state: ContainerState) throws(ContainerFailure) {
    guard let hooks, !hooks.isEmpty else { return }
    let input = try step("hooks.\(stage)") { try encodeJSON(state) }
    for (index, hook) in hooks.enumerated() {
        let name = "hooks.\(stage)[\(index)] (\(hook.path))"
        let command = TimedCommand(
            path: hook.path, arguments: hook.args ?? [hook.path], environment: hook.env ?? [], input: Array(input),
            timeout: hook.timeout)
        let outcome = try step(name) { try command.run() }
        if outcome.timedOut {
            throw ContainerFailure(
                .hook, step: name, message: "killed after \(hook.timeout ?? 0) s, its timeout\(said(outcome))")
        }
        guard outcome.end == .exited(0) else {
            throw ContainerFailure(.hook, step: name, message: "\(outcome.end)\(said(outcome))")
        }
    }
}

private func said(_ outcome: TimedCommand.Outcome) -> String {
    let output = outcome.output.split(separator: "\n").joined(separator: "; ")
    return output.isEmpty ? "" : ": \(output)"
}
