internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import TTRPC

/// The tool under hack/bench: carries a plan out, prints a table, writes the report as JSON.
///
/// Root is needed. Nothing is left behind: processes, mounts, cgroups and sockets of the shims it started go also
/// when something fails or a signal comes; containers in containerd go with containerd at the latest.
package enum ShimBenchCommand {
    private static let usage = "usage: shim-bench PLAN.json REPORT.json (see hack/bench --help)"

    /// The whole program; ends the process when it failed. Called on the main thread before there is another.
    package static func run() {
        Interruption.hold()
        do {
            let words = CommandLine.arguments.dropFirst()
            guard let path = words.first, let result = words.last, words.count == 2 else {
                throw BenchError(.usage, usage)
            }
            let report = try measure(Plan.read(path))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(report).write(to: URL(filePath: result), options: .atomic)
            print(ReportTable(report))
        } catch {
            say("\(error)")
            exit((error as? BenchError)?.code == .usage ? 2 : 1)
        }
    }

    private static func measure(_ plan: Plan) throws -> Report {
        let machine = Machine.current(versions: plan.versions)
        try Descendants.adopt()
        defer {
            Descendants.killAll()
            Sweep.cgroups(namespace: plan.namespace, id: "")
        }
        var samples = plan.contenders.map { Report.Samples(name: $0.name) }
        say("calls of the shims: \(plan.warmUps) + \(plan.runs) runs of each")
        for (turn, sample) in try calls(plan, { run, contender, id in try await run.sample(contender, id: id) })
        where turn.counts { samples[turn.contender].calls.append(sample) }
        say("ctr run --rm: \(plan.warmUps) + \(plan.runs) runs of each")
        let commands = ContainerdCommands(plan: plan)
        for turn in plan.turns {
            try Interruption.check()
            let milliseconds = try commands.run(plan.contenders[turn.contender], id: turn.id)
            if turn.counts { samples[turn.contender].commands.append(milliseconds) }
        }
        if let sandbox = plan.sandbox {
            say("sandboxes: \(plan.warmUps) + \(plan.runs) runs of each")
            for (turn, sample) in try sandboxes(plan, sandbox, byAPI: false) where turn.counts {
                samples[turn.contender].pauses.append(sample)
            }
            for (turn, sample) in try sandboxes(plan, sandbox, byAPI: true) where turn.counts {
                samples[turn.contender].sandboxes.append(sample)
            }
        }
        if plan.idle > 0 {
            say("memory: \(plan.idle) idle pods of each")
            let pods = IdlePods(plan: plan, commands: commands)
            for (index, contender) in plan.contenders.enumerated() {
                samples[index].pods = try pods.measure(contender)
            }
            if let sandbox = plan.sandbox {
                say("memory: \(plan.idle) idle pods of each, with a sandbox")
                for (index, contender) in plan.contenders.enumerated() {
                    samples[index].sandboxedPods = try pods.measure(contender, with: sandbox)
                }
            }
        }
        return Report(machine: machine, warmUps: plan.warmUps, contenders: samples)
    }

    /// Sandboxes of the contenders that can make them in this way.
    private static func sandboxes(
        _ plan: Plan, _ sandbox: Plan.Sandbox, byAPI: Bool
    ) throws -> [(Plan.Turn, SandboxSample)] {
        var plan = plan
        var places = Array(plan.contenders.indices)
        if byAPI { places.removeAll { !plan.contenders[$0].hasSandboxAPI } }
        plan.contenders = places.map { plan.contenders[$0] }
        let samples = try calls(plan) { run, contender, id in
            try await SandboxRun(run: run, sandbox: sandbox).sample(contender, id: id, byAPI: byAPI)
        }
        return samples.map { turn, sample in
            (Plan.Turn(contender: places[turn.contender], id: turn.id, counts: turn.counts), sample)
        }
    }

    /// Has the contenders take their turns: one loop for the client and the measuring task, one for the events, one
    /// thread that waits for output.
    private static func calls<Sample: Sendable>(
        _ plan: Plan, _ measure: @escaping @Sendable (ShimRun, Plan.Contender, String) async throws -> Sample
    ) throws -> [(Plan.Turn, Sample)] {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        defer {
            try? threads.syncShutdownGracefully()
            try? group.syncShutdownGracefully()
        }
        let (client, server) = (group.next(), group.next())
        let events = "\(plan.folder)/events.sock"
        let sink = try server.makeFutureWithTask { try await EventsSink.serve(at: events, on: server) }.wait()
        defer { try? server.makeFutureWithTask { await sink.shutdown(grace: .zero) }.wait() }
        let run = ShimRun(plan: plan, eventLoop: client, threads: threads, events: events)
        return try client.makeFutureWithTask {
            try await withTaskExecutorPreference(EventLoopTaskExecutor(client)) {
                var samples: [(Plan.Turn, Sample)] = []
                for turn in plan.turns {
                    try Interruption.check()
                    samples.append((turn, try await measure(run, plan.contenders[turn.contender], turn.id)))
                }
                return samples
            }
        }.wait()
    }

    private static func say(_ text: String) {
        let line = Array("shim-bench: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
