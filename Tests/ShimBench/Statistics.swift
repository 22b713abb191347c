/// Middle and ends of a row of numbers.
package struct Summary: Codable, Hashable, Sendable {
    package var median: Double
    package var minimum: Double
    package var maximum: Double

    /// Nil for an empty row. The median of an even count is the mean of the two in the middle.
    package init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minimum = first
        maximum = last
    }
}

/// One line of the comparison: a quantity, its summary for each contender, and how they relate.
package struct Comparison: Codable, Hashable, Sendable {
    /// The quantity, in words.
    package var quantity: String
    /// By the contenders' order; nil where a contender has no such value.
    package var summaries: [Summary?]
    /// Median over the first contender's median, by the contenders' order (the first's is 1); nil where one of the
    /// two is missing or the first's median is 0.
    package var ratios: [Double?]
    /// What the ratio should not exceed, where something was promised.
    package var bar: Double?
    /// What the others' medians should stay under, in the quantity's unit, where that was promised.
    package var limit: Double?

    /// Compares rows of values, one for each contender.
    package init(_ quantity: String, _ rows: [[Double]], bar: Double? = nil, limit: Double? = nil) {
        self.quantity = quantity
        self.bar = bar
        self.limit = limit
        let summaries = rows.map { Summary($0) }
        self.summaries = summaries
        let base = summaries.first.flatMap { $0?.median }
        ratios = summaries.map { summary in
            guard let summary, let base, base != 0 else { return nil }
            return summary.median / base
        }
    }
}
