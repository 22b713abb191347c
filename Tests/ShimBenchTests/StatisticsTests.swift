import ShimBench
import Testing

@Suite struct StatisticsTests {
    @Test func theMedianOfAnOddCountIsTheOneInTheMiddle() throws {
        let summary = try #require(Summary([9, 1, 4]))
        #expect(summary.median == 4)
        #expect(summary.minimum == 1)
        #expect(summary.maximum == 9)
    }

    @Test func theMedianOfAnEvenCountIsTheMeanOfTheTwoInTheMiddle() {
        #expect(Summary([10, 1, 2, 4])?.median == 3)
    }

    @Test func nothingHasNoSummary() {
        #expect(Summary([]) == nil)
    }

    @Test func aRatioIsTakenOfMediansToTheFirstContender() {
        let comparison = Comparison("Create", [[40, 38, 42], [4, 2, 100], [80]], bar: 0.2)
        #expect(comparison.ratios == [1, 0.1, 2])
        #expect(comparison.bar == 0.2)
    }

    @Test func withoutAnythingToCompareWithThereIsNoRatio() {
        #expect(Comparison("engine", [[], [12]]).ratios == [nil, nil])
        #expect(Comparison("engine", [[0], [12]]).ratios == [nil, nil])
    }
}
