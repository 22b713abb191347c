import Testing

@testable import ShimBench

@Suite struct PlanTests {
    @Test func contendersTakeTurnsAndWarmUpsDoNotCount() {
        let turns = Plan.of("a", "b").turns
        #expect(turns.map(\.id) == ["a-0", "b-0", "a-1", "b-1", "a-2", "b-2"])
        #expect(turns.map(\.contender) == [0, 1, 0, 1, 0, 1])
        #expect(turns.map(\.counts) == [false, false, true, true, true, true])
    }

    @Test func aPlanThatIsInOrderIsAccepted() throws {
        try Plan.of("a", "b").check()
    }

    private static let spoilt: [(String, @Sendable (inout Plan) -> Void)] = [
        ("runs", { $0.runs = 0 }),
        ("contenders", { $0.contenders = [] }),
        ("one name", { $0.contenders[1].name = "a" }),
        ("namespace", { $0.namespace = "../system" }),
        ("folder", { $0.folder = "relative" }),
    ]

    @Test func aPlanThatMakesNoSenseIsRefusedByName() {
        for (field, spoil) in Self.spoilt {
            var plan = Plan.of("a", "b")
            spoil(&plan)
            let error = #expect(throws: BenchError.self) { try plan.check() }
            #expect(error?.code == .invalidPlan)
            #expect(error?.message.contains(field) == true)
        }
    }
}
