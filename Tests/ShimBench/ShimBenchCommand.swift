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

    /// The whole program; ends the process when it failed.
    package static func run() async {
        Interruption.hold()
        do {
            let words = CommandLine.arguments.dropFirst()
            guard let path = words.first, let result = words.last, words.count == 2 else {
                throw BenchError(.usage, usage)
            }
            let report = try await measure(Plan.read(path))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(report).write(to: URL(filePath: result), options: .atomic)
            print(ReportTable(report))
        } catch {
            say("\(error)")
            exit((error as? BenchError)?.code == .usage ? 2 : 1)
        }
    }

    private static func measure(_ plan: Plan) async throws -> Report {
        let machine = Machine.current(versions: plan.versions)
        try Descendants.adopt()
        defer {
            Descendants.killAll()
            Sweep.cgroups(namespace: plan.namespace, id: "")
        }
        var samples = plan.contenders.map { Report.Samples(name: $0.name) }
        say("calls of the shims: \(plan.warmUps) + \(plan.runs) runs of each")
        for (index, calls) in try await calls(plan).enumerated() { samples[index].calls = calls }
        say("ctr run --rm: \(plan.warmUps) + \(plan.runs) runs of each")
        let commands = ContainerdCommands(plan: plan)
        for (index, row) in try await inTurn(plan, { try commands.run($0, id: $1) }).enumerated() {
            samples[index].commands = row
        }
        if plan.idle > 0 {
            say("memory: \(plan.idle) idle pods of each")
            let pods = IdlePods(plan: plan, commands: commands)
            for (index, contender) in plan.contenders.enumerated() {
                samples[index].pods = try pods.measure(contender)
            }
        }
        return Report(machine: machine, warmUps: plan.warmUps, contenders: samples)
    }

    /// One loop for the client and the measuring task, one for the events, one thread that waits for output.
    private static func calls(_ plan: Plan) async throws -> [[CallSample]] {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let result: Result<[[CallSample]], any Error>
        do {
            let client = group.next()
            let events = "\(plan.folder)/events.sock"
            let sink = try await EventsSink.serve(at: events, on: group.next())
            let run = ShimRun(plan: plan, eventLoop: client, threads: threads, events: events)
            do {
                result = .success(
                    try await withTaskExecutorPreference(EventLoopTaskExecutor(client)) {
                        try await inTurn(plan) { try await run.sample($0, id: $1) }
                    })
            } catch {
                result = .failure(error)
            }
            await sink.shutdown(grace: .zero)
        } catch {
            result = .failure(error)
        }
        try await threads.shutdownGracefully()
        try await group.shutdownGracefully()
        return try result.get()
    }

    /// Runs the contenders one after the other, again and again, so that what disturbs the machine disturbs all of
    /// them; the warm-ups are left out of the answer, which has a row for each contender.
    private static func inTurn<Sample: Sendable>(
        _ plan: Plan, _ body: (Plan.Contender, String) async throws -> Sample
    ) async throws -> [[Sample]] {
        var rows = [[Sample]](repeating: [], count: plan.contenders.count)
        for run in 0..<plan.warmUps + plan.runs {
            for (index, contender) in plan.contenders.enumerated() {
                try Interruption.check()
                let sample = try await body(contender, "\(contender.name)-\(run)")
                if run >= plan.warmUps { rows[index].append(sample) }
            }
        }
        return rows
    }

    private static func say(_ text: String) {
        let line = Array("shim-bench: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
