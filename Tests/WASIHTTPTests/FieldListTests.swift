import Testing

@testable import WASIHTTP

@Suite struct FieldListTests {
    private func values(_ list: FieldList, _ name: String) -> [String] {
        list.values(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func namesAreComparedWithoutCase() throws {
        var list = FieldList()
        try list.append("X-One", Array("1".utf8))
        try list.append("x-one", Array("2".utf8))
        #expect(values(list, "X-ONE") == ["1", "2"])
        try list.set("x-One", to: [Array("3".utf8)])
        #expect(values(list, "x-one") == ["3"])
        try list.remove("X-one")
        #expect(list.entries.isEmpty)
    }

    @Test func whatCouldBreakAMessageIsRefused() {
        var list = FieldList()
        for name in ["", "a b", "a:b", "a\r\nb", "ä"] {
            #expect(throws: FieldList.Refusal.invalidSyntax) { try list.append(name, []) }
        }
        for value in ["a\r\nb: c", "a\nb", "a\0b"] {
            #expect(throws: FieldList.Refusal.invalidSyntax) { try list.append("a", Array(value.utf8)) }
        }
        #expect(list.entries.isEmpty)
    }

    @Test func whatIsTheServersCanNotBeSet() {
        var list = FieldList()
        for name in ["Connection", "transfer-encoding", "Keep-Alive", "upgrade", "Host"] {
            #expect(throws: FieldList.Refusal.forbidden) { try list.append(name, []) }
            #expect(throws: FieldList.Refusal.forbidden) { try list.remove(name) }
        }
    }

    @Test func fieldsOffTheWireComeWithoutThoseOfTheConnection() {
        let list = FieldList(received: [("Host", "a"), ("Accept", "b \t"), ("Connection", "close"), ("COOKIE", "c")])
        #expect(list.entries.map(\.name) == ["accept", "cookie"])
        #expect(list.values(of: "accept") == [Array("b".utf8)])
    }
}
