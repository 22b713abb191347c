internal import LinuxSystem
package import Logging
package import OCISpec
internal import SystemPackage

/// Runs the hooks that belong to the runtime's own namespaces (config.md, "POSIX-platform Hooks"): prestart,
/// createRuntime, poststart, poststop. Each gets the container's state on its stdin.
package struct HookRunner: Sendable {
    private let reaper: ChildReaper
    private let logger: Logger

    package init(reaper: ChildReaper, logger: Logger) {
        self.reaper = reaper
        self.logger = logger
    }

    /// Runs a stage's hooks in order, up to the first that fails; blocking.
    ///
    /// - Parameter stage: the field's name: `prestart`.
    /// - Throws: `TaskError` commandFailed that names the hook and holds what it said.
    package func run(_ hooks: [Hook]?, stage: String, state: ContainerState) throws {
        for (index, hook) in (hooks ?? []).enumerated() {
            try run(hook, name: "hooks.\(stage)[\(index)] (\(hook.path))", state: state)
        }
    }

    /// Runs all hooks of a stage whose failures are only told (poststart, poststop; runtime.md, "Lifecycle").
    package func runAll(_ hooks: [Hook]?, stage: String, state: ContainerState) {
        for (index, hook) in (hooks ?? []).enumerated() {
            do {
                try run(hook, name: "hooks.\(stage)[\(index)] (\(hook.path))", state: state)
            } catch {
                logger.warning("a hook failed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func run(_ hook: Hook, name: String, state: ContainerState) throws {
        guard hook.path.hasPrefix("/") else {
            throw SpecError(.invalid, field: name, "found \"\(hook.path)\" as its path; expected an absolute path")
        }
        let command = TimedCommand(
            path: hook.path, arguments: hook.args ?? [hook.path], environment: hook.env ?? [],
            input: try encodeJSON(state), timeout: hook.timeout)
        let outcome: TimedCommand.Outcome
        do {
            let reaper = reaper
            outcome = try reaper.duringCreation {
                try command.run { pid throws(SystemCallError) in reaper.end(of: pid) }
            }
        } catch {
            throw TaskError(.commandFailed, "\(name) can't be run", cause: error)
        }
        let said = outcome.output.isEmpty ? "" : "; it said: \(outcome.output)"
        if outcome.timedOut {
            throw TaskError(.commandFailed, "\(name) took longer than \(hook.timeout ?? 0) s and was killed\(said)")
        }
        guard outcome.end.status == 0 else {
            throw TaskError(.commandFailed, "\(name) failed: \(outcome.end)\(said)")
        }
    }
}

extension ChildReaper {
    /// Waits for the end of a child; only within `duringCreation`.
    fileprivate func end(of pid: Int32) -> ProcessEnd {
        let ended = Monitored<ProcessExit?>(nil)
        claim(pid) { exit in ended.update { $0 = exit } }
        guard let exit = ended.wait({ $0 }) else { preconditionFailure("a wait without a time-out has none") }
        return exit.status > 128 ? .signaled(Int32(exit.status) - 128) : .exited(Int32(exit.status))
    }
}

extension ContainerState {
    /// The state of a container as hooks and seccomp agents are told it.
    package init(_ spec: Spec, id: String, status: Status, pid: Int32?, bundle: String) {
        self.init(
            ociVersion: spec.ociVersion, id: id, status: status, pid: pid, bundle: bundle,
            annotations: spec.annotations)
    }
}
