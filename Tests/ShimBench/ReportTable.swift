/// A report as a person reads it.
package struct ReportTable: CustomStringConvertible {
    private let report: Report

    /// The table of a report.
    package init(_ report: Report) {
        self.report = report
    }

    package var description: String {
        let machine = report.machine
        var lines = [
            "\(machine.cores) cores (\(machine.processor)), \(machine.memory / 1024) MB, Linux \(machine.kernel), "
                + "cgroup v\(machine.cgroupVersion), load \(machine.load)"
        ]
        lines += machine.versions.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        lines.append("Medians (least to most); ratio to \(report.contenders.first?.name ?? "").")
        let calls = report.contenders.map(\.calls.count).min() ?? 0
        if calls > 0 {
            lines += section("A client of the shim, ms, \(calls) runs of each, in turn", report.calls, digits: 2)
        }
        let commands = report.contenders.map(\.commands.count).min() ?? 0
        if commands > 0 {
            lines += section("Whole commands, ms, \(commands) runs of each, in turn", report.commands, digits: 1)
        }
        let pods = report.contenders.map(\.pods.count).min() ?? 0
        if pods > 0 {
            let title = "Idle pods, kB each, \(pods) of one kind at a time (they alone share their pages)"
            lines += section(title, report.memory, digits: 0)
        }
        let sandboxed = report.contenders.map(\.sandboxedPods.count).min() ?? 0
        if sandboxed > 0 {
            lines += section("\(sandboxed) idle pods with a sandbox, kB each", report.sandboxedMemory, digits: 0)
        }
        let pauses = report.contenders.map(\.pauses.count).min() ?? 0
        if pauses > 0 {
            let title = "A pod's sandbox, ms from the shim's start, \(pauses) of each, in turn"
            lines += section(title, report.sandboxTimes, digits: 1)
            lines += section("PSS of the process that holds the pod's namespaces, kB", report.sandboxMemory, digits: 0)
        }
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ comparisons: [Comparison], digits: Int) -> [String] {
        var rows = [[""] + report.contenders.map(\.name)]
        for name in report.contenders.dropFirst().map(\.name) { rows[0].append("\(name) ratio") }
        rows[0].append("bar")
        for comparison in comparisons where comparison.summaries.contains(where: { $0 != nil }) {
            let summaries = comparison.summaries.map { summary in
                guard let summary else { return "–" }
                let ends = "\(Self.text(summary.minimum, digits)) – \(Self.text(summary.maximum, digits))"
                return "\(Self.text(summary.median, digits)) (\(ends))"
            }
            let ratios = comparison.ratios.dropFirst().map { $0.map { "\(Self.text($0, 2))×" } ?? "–" }
            let bar =
                comparison.bar.map { "≤ \(Self.text($0, 2))×" }
                ?? comparison.limit.map { "< \(Self.text($0, digits))" } ?? ""
            rows.append([comparison.quantity] + summaries + ratios + [bar])
        }
        return ["", title] + Self.aligned(rows)
    }

    /// The first column to the left, the others to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? "  " + cell + space : "   " + space + cell
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// A number that is not negative, with so many digits after the point.
    private static func text(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
