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
}
