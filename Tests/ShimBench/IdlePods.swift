internal import FoundationEssentials
internal import Glibc

/// The memory of pods that do nothing.
struct IdlePods: Sendable {
    /// What lies between the last start and the reading, for everything to come to rest.
    private static let rest: UInt32 = 2

    let plan: Plan
    let commands: ContainerdCommands

    /// Starts the plan's number of sleeping containers, reads the memory of their processes, and removes them. Only
    /// this contender's pods are there meanwhile, so that its shared pages are shared by them alone.
    ///
    /// - Parameter sandbox: what each pod has beside its container; nil is nothing.
    func measure(_ contender: Plan.Contender, with sandbox: Plan.Sandbox? = nil) throws -> [PodMemory] {
        let ids = (0..<plan.idle).map { "idle-\(contender.name)-\($0)" }
        defer {
            for id in ids {
                commands.remove(id: id)
                if sandbox != nil { commands.remove(id: Self.sandbox(of: id)) }
            }
        }
        for id in ids {
            try Interruption.check()
            if let sandbox { try commands.run(sandbox, of: contender, id: Self.sandbox(of: id)) }
            try commands.runIdle(contender, id: id, in: sandbox.map { _ in Self.sandbox(of: id) })
        }
        sleep(Self.rest)
        let pids = try commands.pids()
        func pid(_ id: String) throws -> pid_t {
            guard let pid = pids[id] else {
                throw BenchError(.processes, "the container \(id) does not run any more, although it should sleep")
            }
            return pid
        }
        return try ids.map { id in
            let processes = try Self.processes(
                ofContainer: pid(id), sandbox: sandbox.map { _ in try pid(Self.sandbox(of: id)) })
            return PodMemory(id: id, processes: processes)
        }
    }

    private static func sandbox(of id: String) -> String { "\(id)-sandbox" }

    /// The shim is the parent of the containers' first processes. What else is below it is the engine.
    private static func processes(ofContainer pid: pid_t, sandbox: pid_t?) throws -> [MemorySample] {
        let shim = try parent(of: pid)
        guard shim > 1 else { throw BenchError(.processes, "process \(pid) has no shim as its parent but \(shim)") }
        if let sandbox, try parent(of: sandbox) != shim {
            throw BenchError(.processes, "process \(pid) and its sandbox \(sandbox) have two shims")
        }
        let container = withDescendants(pid)
        let engine = Descendants.children(of: shim).filter { $0 != pid && $0 != sandbox }.flatMap(withDescendants)
        return try [read(shim, .shim)] + engine.map { try read($0, .engine) }
            + (sandbox.map(withDescendants) ?? []).map { try read($0, .sandbox) }
            + container.map { try read($0, .container) }
    }

    private static func withDescendants(_ pid: pid_t) -> [pid_t] {
        [pid] + Descendants.children(of: pid).flatMap(withDescendants)
    }

    private static func parent(of pid: pid_t) throws -> pid_t {
        for line in try text(pid, "status").split(separator: "\n") where line.hasPrefix("PPid:") {
            if let parent = line.split(whereSeparator: \.isWhitespace).last.flatMap({ pid_t($0) }) { return parent }
        }
        throw BenchError(.processes, "/proc/\(pid)/status names no parent")
    }

    private static func read(_ pid: pid_t, _ role: MemorySample.Role) throws -> MemorySample {
        let name = try text(pid, "comm").split(separator: "\n").joined()
        guard let sample = MemorySample(rollup: try text(pid, "smaps_rollup"), role: role, pid: pid, name: name) else {
            throw BenchError(
                .processes, "/proc/\(pid)/smaps_rollup lacks a field: Rss, Pss, Private_Clean, Private_Dirty")
        }
        return sample
    }

    private static func text(_ pid: pid_t, _ file: String) throws -> String {
        do {
            return try String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8)
        } catch {
            throw BenchError(.processes, "/proc/\(pid)/\(file) can't be read", cause: error)
        }
    }
}
