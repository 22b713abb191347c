/// Decodes a parsed document; what does not fit is a `SpecError` that names the field.
struct JSONTreeDecoder: Decoder {
    let value: JSONValue
    let path: JSONPath

    var codingPath: [any CodingKey] { path.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch("an object") }
        return KeyedDecodingContainer(JSONMembers(object: object, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let array) = value else { throw mismatch("an array") }
        return JSONElements(array: array, path: path)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func mismatch(_ expected: String) -> SpecError {
        SpecError(.malformed, field: path.dotted, "expected \(expected), found \(value.kind)")
    }

    func bool() throws -> Bool {
        guard case .bool(let value) = value else { throw mismatch("true or false") }
        return value
    }

    func string() throws -> String {
        guard case .string(let text) = value else { throw mismatch("a string") }
        return text
    }

    func float<Number: LosslessStringConvertible>() throws -> Number {
        guard case .number(let text) = value, let number = Number(text) else { throw mismatch("a number") }
        return number
    }

    func whole<Number: FixedWidthInteger>() throws -> Number {
        guard case .number(let text) = value else { throw mismatch("a whole number") }
        guard let number = Number(text) else {
            throw SpecError(
                .malformed, field: path.dotted,
                "expected a whole number from \(Number.min) to \(Number.max), found \(text)")
        }
        return number
    }

    /// Decodes what has an `init(from:)` of its own.
    func nested<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try Value(from: self)
        } catch let error as DecodingError {
            throw invalid(type, error)
        }
    }

    /// What the standard library says of a raw value that is no case.
    private func invalid(_ type: any Any.Type, _ error: DecodingError) -> SpecError {
        guard case .string(let found) = value, let type = type as? any CaseIterable.Type else {
            return SpecError(.malformed, field: path.dotted, "\(error)")
        }
        return SpecError(.invalid, field: path.dotted, "found \(found); expected one of \(words(of: type))")
    }

    private func words<Words: CaseIterable>(of type: Words.Type) -> String {
        type.allCases.map { ($0 as? any RawRepresentable<String>)?.rawValue ?? "\($0)" }.joined(separator: ", ")
    }
}

extension JSONTreeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value.isNull }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try nested(type) }
    func decode(_ type: Bool.Type) throws -> Bool { try bool() }
    func decode(_ type: String.Type) throws -> String { try string() }
    func decode(_ type: Double.Type) throws -> Double { try float() }
    func decode(_ type: Float.Type) throws -> Float { try float() }
    func decode(_ type: Int.Type) throws -> Int { try whole() }
    func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
    func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
    func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
    func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
    func decode(_ type: UInt.Type) throws -> UInt { try whole() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }
}

extension JSONValue {
    var isNull: Bool {
        if case .null = self { true } else { false }
    }
}
