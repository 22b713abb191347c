import Testing

@testable import OCISpec

@Suite struct JSONTests {
    private func decode<Value: Decodable>(_ json: String, as type: Value.Type = Value.self) throws -> Value {
        try decodeJSON(type, from: json.utf8, file: nil)
    }

    @Test(arguments: [
        ("", "line 1, column 1: expected a value, found the end of the document"),
        ("{", "line 1, column 2: expected a key in quotation marks, found the end of the document"),
        ("{\"a\" 1}", "line 1, column 6: expected a colon after the key a, found 1"),
        ("{\"a\": 1,}", "line 1, column 9: expected a key in quotation marks, found }"),
        ("{\n  \"a\": tru\n}", "line 2, column 8: expected true, found t"),
        ("[1 2]", "line 1, column 4: expected a comma or the end of the array, found 2"),
        ("{} x", "line 1, column 4: expected the end of the document, found x"),
        ("\"a", "line 1, column 3: expected the end of the string, found the end of the document"),
        ("\"\\q\"", "line 1, column 3: expected an escape such as \\n or \\u0041, found q"),
        ("\"\\u12g4\"", "line 1, column 6: expected four hexadecimal digits, found g"),
        ("-", "line 1, column 2: expected a digit, found the end of the document"),
        ("01", "line 1, column 2: expected the end of the document, found 1"),
        ("1.", "line 1, column 3: expected a digit, found the end of the document"),
        (
            "\"a\nb\"",
            "line 1, column 3: expected an escaped control character or the end of the string, found the byte 10"
        ),
    ])
    func whatIsNotJSONIsPlaced(json: String, message: String) throws {
        let error = try #require(throws: SpecError.self) { try decode(json, as: [String: Int].self) }
        #expect(error.message == "not JSON at \(message)")
        #expect(error.field.isEmpty)
    }

    @Test func escapesAndSurrogatesAreUndone() throws {
        #expect(try decode(#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#) == "a\"\\/\u{8}\u{c}\n\r\té😀z")
        #expect(try decode(#""\ud83dx\ude00\ud83d\u0041""#) == "\u{fffd}x\u{fffd}\u{fffd}A")
    }

    @Test func bytesThatAreNotUTF8AreReplaced() throws {
        #expect(try decodeJSON(String.self, from: [0x22, 0x61, 0xff, 0x62, 0x22], file: nil) == "a\u{fffd}b")
    }

    @Test func theLastOfEqualKeysCounts() throws {
        #expect(try decode(#"{"a": 1, "b": 2, "a": 3}"#) == ["a": 3, "b": 2])
    }

    @Test func manyMembersAreFound() throws {
        let count = 20_000
        let json = "{" + (0..<count).map { "\"k\($0)\": \($0)" }.joined(separator: ", ") + ", \"k7\": -7}"
        let values: [String: Int] = try decode(json)
        #expect(values.count == count)
        #expect(values["k19999"] == 19999)
        #expect(values["k7"] == -7)
    }

    @Test func nestingIsBounded() throws {
        let deep = String(repeating: "[", count: 1_000_000)
        let error = try #require(throws: SpecError.self) { try decode(deep, as: [Int].self) }
        #expect(error.message.contains("no more than 200 levels"))
    }

    @Test func numbersKeepAllTheirDigits() throws {
        #expect(try decode("[18446744073709551615]") == [UInt64.max])
        #expect(try decode("[-9223372036854775808]") == [Int64.min])
        #expect(try decode("[-0, 1.5e2]") == [0.0, 150.0])
    }
}
