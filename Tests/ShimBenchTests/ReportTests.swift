import Testing

@testable import ShimBench

@Suite struct ReportTests {
    private static func samples(_ name: String, _ milliseconds: Double) -> Report.Samples {
        var samples = Report.Samples(name: name)
        samples.calls = [
            CallSample(
                startCommand: milliseconds, connect: milliseconds, create: milliseconds, start: milliseconds,
                delete: milliseconds, firstOutputFromCreate: milliseconds, firstOutputFromStart: milliseconds,
                total: milliseconds)
        ]
        samples.commands = [10 * milliseconds]
        return samples
    }

    private static let report = Report(
        machine: Machine(
            cores: 2, processor: "a processor", memory: 2048, kernel: "6.1", cgroupVersion: 1, load: 0.5,
            versions: ["runc": "1.1"]),
        warmUps: 1, contenders: [samples("runc", 40), samples("ours", 4)])

    @Test func createAndStartAreAddedUpRunByRun() {
        let line = Self.report.calls.first { $0.quantity == "Create + Start" }
        #expect(line?.summaries.map { $0?.median } == [80, 8])
        #expect(line?.ratios == [1, 0.1])
        #expect(line?.bar == 0.2)
    }

    @Test func theTableHasALineForEachQuantityThatWasMeasured() {
        let lines = ReportTable(Self.report).description.split(separator: "\n")
        #expect(lines.contains { $0.contains("  Delete") && $0.contains("0.10×") && $0.contains("≤ 0.30×") })
        #expect(lines.contains { $0.contains("ctr run --rm") && $0.contains("400.0 (400.0 – 400.0)") })
        #expect(!lines.contains { $0.contains("PSS") })
    }

    @Test func podsWithASandboxHaveATableOfTheirOwn() throws {
        let rollup = "Rss: 900 kB\nPss: 700 kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 2 kB\n"
        let processes = [MemorySample.Role.shim, .sandbox, .container].compactMap {
            MemorySample(rollup: rollup, role: $0, pid: 7, name: "it")
        }
        var samples = Self.samples("runc", 40)
        samples.sandboxedPods = [PodMemory(id: "a", processes: processes)]
        let report = Report(machine: Self.report.machine, warmUps: 0, contenders: [samples])
        #expect(report.sandboxedMemory.last?.summaries.map { $0?.median } == [2100])
        let lines = ReportTable(report).description.split(separator: "\n")
        #expect(lines.contains("1 idle pods with a sandbox, kB each"))
        #expect(lines.contains { $0.contains("sandbox, PSS") && $0.contains("700") })
    }

    @Test func sandboxesOfBothKindsAreComparedWithTheFirstsPauseContainer() {
        var runc = Self.samples("runc", 40)
        runc.pauses = [SandboxSample(milliseconds: 60, pss: 100)]
        var ours = Self.samples("ours", 4)
        ours.pauses = [SandboxSample(milliseconds: 30, pss: 110)]
        ours.sandboxes = [SandboxSample(milliseconds: 15, pss: 40)]
        let report = Report(machine: Self.report.machine, warmUps: 0, contenders: [runc, ours])
        #expect(report.sandboxTimes.map(\.ratios) == [[1, 0.5], [1, 0.25]])
        #expect(report.sandboxMemory.map(\.ratios) == [[1, 1.1], [1, 0.4]])
        let lines = ReportTable(report).description.split(separator: "\n")
        #expect(lines.contains { $0.contains("by the sandbox API") && $0.contains("0.25×") })
    }
}
