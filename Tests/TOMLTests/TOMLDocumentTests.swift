import TOML
import Testing

struct TOMLDocumentTests {
    @Test func valuesOfEachKindAreRead() throws {
        let table = try TOMLDocument.parse(
            """
            # a comment
            text = "a\\tb\\u00e9" # another
            path = 'C:\\no\\escapes'
            decimal = 1_000
            negative = -17
            hex = 0xff
            real = 6.5e3
            yes = true
            list = [1, [2, 3],
                "x", # inside
            ]
            inline = { a.b = 1, "c d" = false }
            """)
        #expect(table["text"] == .string("a\tb\u{e9}"))
        #expect(table["path"] == .string("C:\\no\\escapes"))
        #expect(table["decimal"] == .integer(1000))
        #expect(table["negative"] == .integer(-17))
        #expect(table["hex"] == .integer(255))
        #expect(table["real"] == .float(6500))
        #expect(table["yes"] == .boolean(true))
        #expect(table["list"] == .array([.integer(1), .array([.integer(2), .integer(3)]), .string("x")]))
        #expect(table["inline"] == .table(["a": .table(["b": .integer(1)]), "c d": .boolean(false)]))
    }

    @Test func tablesNestByTheirHeaders() throws {
        let table = try TOMLDocument.parse(
            """
            [a]
            x = 1
            [a.b]
            y.z = 2
            [[c]]
            n = 1
            [[c]]
            n = 2
            [c.d]
            m = 3
            """)
        #expect(
            table == [
                "a": .table(["x": .integer(1), "b": .table(["y": .table(["z": .integer(2)])])]),
                "c": .array([
                    .table(["n": .integer(1)]), .table(["n": .integer(2), "d": .table(["m": .integer(3)])]),
                ]),
            ])
    }

    @Test func stringsOfSeveralLinesDropTheFirstNewlineAndJoinAtBackslashes() throws {
        let table = try TOMLDocument.parse("a = \"\"\"\nx \\\n   y\"\"\"\"\nb = '''\n\\n'''\r\nc = 1")
        #expect(table["a"] == .string("x y\""))
        #expect(table["b"] == .string("\\n"))
        #expect(table["c"] == .integer(1))
    }

    @Test(arguments: [
        ("a = 1\na = 2", 2), ("a = 1\n[a]", 2), ("[t]\n[t]", 2), ("a =", 1), ("a = 1 b = 2", 1), ("\na = \"x", 2),
        ("a = [1\nb = 2", 2), ("= 1", 1), ("a = 1979-05-27", 1), ("a = \"\\q\"", 1), ("a = 012", 1), ("a = yes", 1),
        ("[a", 1), ("a = {b = 1", 1), ("a = 1__0", 1),
    ])
    func whatIsWrongIsToldWithItsLine(text: String, line: Int) throws {
        let error = try #require(throws: TOMLError.self) { try TOMLDocument.parse(text) }
        #expect(error.line == line, "\(error)")
    }
}
