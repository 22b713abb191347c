import Testing

@testable import WASIHTTP

private final class Thing {}
private final class Other {}

@Suite struct ResourceTableTests {
    @Test func aHandleMeansItsThingUntilItIsDropped() throws {
        var table = ResourceTable()
        let thing = Thing()
        let number = table.add(thing)
        #expect(try table.get(number, as: Thing.self) === thing)
        table.drop(number)
        #expect(throws: ResourceTable.UnknownHandle.self) { try table.get(number, as: Thing.self) }
        #expect(table.count == 0)
    }

    @Test func aHandleOfAnotherKindIsNone() throws {
        var table = ResourceTable()
        let number = table.add(Thing())
        #expect(throws: ResourceTable.UnknownHandle.self) { try table.get(number, as: Other.self) }
        #expect(throws: ResourceTable.UnknownHandle.self) { try table.take(number, as: Other.self) }
        #expect(table.count == 1)
    }

    @Test func aNumberIsNeverGivenTwice() throws {
        var table = ResourceTable()
        let first = table.add(Thing())
        _ = try table.take(first, as: Thing.self)
        #expect(table.add(Thing()) != first)
    }
}
