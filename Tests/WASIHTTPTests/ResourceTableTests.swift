import Testing

@testable import WASIHTTP

@Suite struct ResourceTableTests {
    @Test func aHandleMeansItsThingUntilItIsDropped() throws {
        var table = ResourceTable()
        let fields = Fields()
        let number = table.add(fields)
        #expect(try table.get(number, as: Fields.self) === fields)
        table.drop(number)
        #expect(throws: ResourceTable.UnknownHandle.self) { try table.get(number, as: Fields.self) }
        #expect(table.count == 0)
    }

    @Test func aHandleOfAnotherKindIsNone() throws {
        var table = ResourceTable()
        let number = table.add(Fields())
        #expect(throws: ResourceTable.UnknownHandle.self) { try table.get(number, as: OutgoingBody.self) }
        #expect(throws: ResourceTable.UnknownHandle.self) { try table.take(number, as: OutgoingBody.self) }
        #expect(table.count == 1)
    }

    @Test func aNumberIsNeverGivenTwice() throws {
        var table = ResourceTable()
        let first = table.add(Fields())
        _ = try table.take(first, as: Fields.self)
        #expect(table.add(Fields()) != first)
    }
}
