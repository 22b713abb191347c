import Foundation

/// A container to be: what it is made of, word by word.
///
///     let outcome = try await container(.guest("tool.wasm")).args("exit", "7").run()
struct Container: Sendable {
    var image: Image
    var runtime = "io.containerd.martlet.v1"
    /// Arguments of `ctr run` before the image.
    var options: [String] = []
    /// The whole of the container's arguments, its entrypoint first; the image's own when empty.
    var arguments: [String] = []
    var input: Data?

    private func with(_ change: (inout Container) -> Void) -> Container {
        var copy = self
        change(&copy)
        return copy
    }

    /// Other options of `ctr run`, as they are.
    func option(_ words: String...) -> Container { with { $0.options += words } }
    /// Arguments after the image's entrypoint.
    func args(_ words: String...) -> Container { with { $0.arguments = image.entrypoint + words } }
    /// The whole of the arguments, as for `module.wasm#function`.
    func command(_ words: String...) -> Container { with { $0.arguments = words } }
    func env(_ words: String...) -> Container { words.reduce(self) { $0.option("--env", $1) } }
    func cwd(_ path: String) -> Container { option("--cwd", path) }
    /// A folder or file of this machine; further mount options such as `ro`.
    func mount(_ source: String, at target: String, _ more: String...) -> Container {
        option("--mount", "type=bind,src=\(source),dst=\(target),options=\((["rbind"] + more).joined(separator: ":"))")
    }
    /// In bytes.
    func memoryLimit(_ bytes: Int) -> Container { option("--memory-limit", "\(bytes)") }
    func cpus(_ count: Double) -> Container { option("--cpus", "\(count)") }
    func runtime(_ name: String) -> Container { with { $0.runtime = name } }
    func stdin(_ text: String) -> Container { with { $0.input = Data(text.utf8) } }
    func hostNetwork() -> Container { option("--net-host") }
    func readOnly() -> Container { option("--read-only") }
    func annotation(_ name: String, _ value: String) -> Container { option("--annotation", "\(name)=\(value)") }

    /// Runs it to its end and removes it. A failure of the runtime shows as `ctr`'s status 1 and its words on stderr.
    func run(within seconds: Double = 60) async throws -> Outcome {
        try await start().finished(within: seconds)
    }

    /// Starts it; it is removed when it ends.
    func start() async throws -> RunningContainer {
        let containerd = try await PrivateContainerd.shared
        let id = await containerd.newID()
        let name = try await containerd.name(of: image)
        let words =
            ["run", "--rm", "--fifo-dir", containerd.fifos, "--runtime", runtime] + options + [name, id] + arguments
        let running = RunningContainer(
            id: id, containerd: containerd, command: try containerd.start(words, input: input, endsInput: false))
        if input != nil {
            // ctr passes the end of stdin on only if it comes when the task runs already.
            try await eventually("the start of container \(id)") {
                if running.command.hasEnded { return true }
                return try await containerd.ctr("tasks", "list").stdout.split(separator: "\n")
                    .contains { $0.hasPrefix("\(id) ") && $0.contains("RUNNING") }
            }
            running.command.endInput()
        }
        return running
    }
}

/// A container of the runtime under test.
func container(_ image: Image) -> Container { Container(image: image) }

/// A container that was started with `ctr run --rm`, which waits for its end.
struct RunningContainer: Sendable {
    let id: String
    let containerd: PrivateContainerd
    let command: Command

    /// What it left; `ctr` has removed it then.
    func finished(within seconds: Double = 60) async -> Outcome { await command.outcome(within: seconds) }

    /// Waits until its stdout has this.
    func says(_ text: String) async throws {
        try await eventually("'\(text)' from container \(id)") {
            if command.stdoutSoFar.contains(text) { return true }
            if command.hasEnded {
                let outcome = await command.outcome()
                throw FixtureError(
                    description: "ended with \(outcome.status) instead: \(outcome.stdout)\(outcome.stderr)")
            }
            return false
        }
    }

    /// The pid of its init, in this machine's pid namespace.
    var pid: pid_t {
        get async throws {
            let listed = try await containerd.ctr("tasks", "list").stdout
            for line in listed.split(separator: "\n") {
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                if words.count >= 3, words[0] == id, let pid = pid_t(words[1]) { return pid }
            }
            throw FixtureError(description: "container \(id) has no task: \(listed)")
        }
    }

    /// Sends a signal by name through containerd.
    func kill(_ signal: String) async throws {
        let outcome = try await containerd.ctr("tasks", "kill", "--signal", signal, id)
        guard outcome.status == 0 else { throw FixtureError(description: "ctr tasks kill: \(outcome.stderr)") }
    }

    /// Removes what `ctr run --rm` could not, as a client would after a shim's death; the FIFOs are `ctr`'s own, which it
    /// leaves when its task goes without it.
    func removeByHand() async throws {
        _ = await finished(within: 20)
        try await containerd.ctr("tasks", "rm", "--force", id)
        try await eventually("the removal of container \(id)") {
            _ = try await containerd.ctr("containers", "rm", id)
            return try await !containerd.ctr("containers", "list", "--quiet").stdout
                .split(separator: "\n").contains(Substring(id))
        }
        let fifos = containerd.fifos
        for folder in try FileManager.default.contentsOfDirectory(atPath: fifos)
        where FileManager.default.fileExists(atPath: "\(fifos)/\(folder)/\(id)-stdout") {
            try FileManager.default.removeItem(atPath: "\(fifos)/\(folder)")
        }
    }

    /// A field of /proc/PID/status of its init.
    func status(_ field: String) async throws -> String? {
        try ProcessFacts(pid: try await pid).status[field]
    }
}
