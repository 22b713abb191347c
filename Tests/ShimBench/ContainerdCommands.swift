internal import Glibc

/// `ctr` against the plan's containerd, each call a whole process.
struct ContainerdCommands: Sendable {
    let plan: Plan

    /// `ctr run --rm`, from before it is spawned until it has ended; milliseconds.
    func run(_ contender: Plan.Contender, id: String) throws -> Double {
        let outcome = try ctr(
            ["run", "--rm", "--runtime", contender.runtime, contender.image, id] + contender.arguments
        ).succeed()
        guard outcome.output.hasPrefix(contender.output) else {
            throw BenchError(
                .container, "\(contender.name): ctr run wrote '\(outcome.output)', not '\(contender.output)…'")
        }
        return outcome.milliseconds
    }

    /// Starts a container that sleeps.
    ///
    /// - Parameter sandbox: the container in whose pod it is, and so in whose shim.
    func runIdle(_ contender: Plan.Contender, id: String, in sandbox: String? = nil) throws {
        let words = Self.detached(contender, in: sandbox) + [contender.image, id]
        _ = try ctr(words + contender.idleArguments).succeed()
    }

    /// Starts a pod's sandbox.
    func run(_ sandbox: Plan.Sandbox, of contender: Plan.Contender, id: String) throws {
        _ = try ctr(Self.detached(contender, in: id) + [sandbox.image, id] + sandbox.arguments).succeed()
    }

    /// Shims know the containers of a pod by the annotation that containerd's CRI gives them.
    private static func detached(_ contender: Plan.Contender, in sandbox: String?) -> [String] {
        ["run", "--detach", "--null-io", "--runtime", contender.runtime]
            + (sandbox.map { ["--annotation", "io.kubernetes.cri.sandbox-id=\($0)"] } ?? [])
    }

    /// The pids of the containers that run, by container.
    func pids() throws -> [String: pid_t] {
        let lines = try ctr(["tasks", "list"]).succeed().output.split(separator: "\n").dropFirst()
        var pids: [String: pid_t] = [:]
        for line in lines {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 3, words[2] == "RUNNING", let pid = pid_t(words[1]) else { continue }
            pids[String(words[0])] = pid
        }
        return pids
    }

    /// Removes a container, running or not. What fails is left to the owner of containerd.
    func remove(id: String) {
        _ = try? ctr(["tasks", "delete", "--force", id]).run()
        _ = try? ctr(["containers", "delete", id]).run()
    }

    private func ctr(_ arguments: [String]) -> ChildProcess {
        ChildProcess(program: "ctr", arguments: ["--address", plan.address, "--namespace", plan.namespace] + arguments)
    }
}
