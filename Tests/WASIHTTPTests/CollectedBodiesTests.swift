import Testing

@testable import WASIHTTP

@Suite struct CollectedBodiesTests {
    @Test func roomIsFreeAgainWithItsHolder() {
        let bodies = CollectedBodies(most: 100)
        var first = bodies.room(for: 60)
        #expect(first != nil)
        #expect(bodies.room(for: 60) == nil)
        first = nil
        #expect(bodies.room(for: 60) != nil)
    }

    @Test func aLongBodyHasNone() {
        let bodies = CollectedBodies(most: .max)
        #expect(bodies.room(for: CollectedBodies.longest) != nil)
        #expect(bodies.room(for: CollectedBodies.longest + 1) == nil)
    }
}
