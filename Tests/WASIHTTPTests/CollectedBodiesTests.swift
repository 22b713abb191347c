import NIOEmbedded
import Testing

@testable import WASIHTTP

@Suite struct CollectedBodiesTests {
    private let eventLoop = EmbeddedEventLoop()

    /// What was admitted, in order.
    private final class Admitted: @unchecked Sendable {
        // Of the test's thread, on which the event loop runs too.
        var names: [String] = []
        var rooms: [CollectedBodies.Room] = []
    }

    @Test func roomIsFreeAgainWithItsHolder() {
        let bodies = CollectedBodies(most: 100, eventLoop: eventLoop)
        var first = bodies.room(for: 60)
        #expect(first != nil)
        #expect(bodies.room(for: 60) == nil)
        first = nil
        #expect(bodies.room(for: 60) != nil)
    }

    @Test func aLongBodyHasNone() {
        let bodies = CollectedBodies(most: .max, eventLoop: eventLoop)
        #expect(bodies.room(for: CollectedBodies.longest) != nil)
        #expect(bodies.takes(CollectedBodies.longest))
        #expect(bodies.room(for: CollectedBodies.longest + 1) == nil)
        #expect(!bodies.takes(CollectedBodies.longest + 1))
        #expect(!CollectedBodies(most: 10, eventLoop: eventLoop).takes(11))
    }

    @Test func whoWaitsIsAdmittedInTurn() {
        let bodies = CollectedBodies(most: 100, eventLoop: eventLoop)
        var first = bodies.room(for: 80)
        let admitted = Admitted()
        for (name, bytes) in [("large", 90), ("small", 10), ("last", 20)] {
            bodies.awaitRoom(for: bytes) { room in
                admitted.names.append(name)
                admitted.rooms.append(room)
            }
        }
        eventLoop.run()
        // There would be room for the small one, but it is not its turn; nor anybody else's.
        #expect(admitted.names.isEmpty)
        #expect(bodies.room(for: 5) == nil)
        withExtendedLifetime(first) {}
        first = nil
        eventLoop.run()
        #expect(admitted.names == ["large", "small"])
        admitted.rooms.removeFirst()
        eventLoop.run()
        #expect(admitted.names == ["large", "small", "last"])
        admitted.rooms.removeAll()
        eventLoop.run()
        #expect(bodies.room(for: 100) != nil)
    }
}
