/// The members of an object, for Codable.
struct JSONMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject
    let path: JSONPath

    var codingPath: [any CodingKey] { path.codingPath }
    var allKeys: [Key] { object.keys.compactMap(Key.init(stringValue:)) }

    private func decoder(_ key: Key) throws -> JSONTreeDecoder {
        let place = JSONPath.member(key.stringValue, of: path)
        guard let value = object[key.stringValue] else {
            throw SpecError(.missing, field: place.dotted, "the field is missing; it is required")
        }
        return JSONTreeDecoder(value: value, path: place)
    }

    func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { object[key.stringValue]?.isNull ?? true }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(key).nested(type)
    }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder(key).float() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try decoder(key).float() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder(key).whole() }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try decoder(key).whole() }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try decoder(key).whole() }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try decoder(key).whole() }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decoder(key).whole() }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try decoder(key).whole() }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try decoder(key).whole() }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try decoder(key).whole() }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try decoder(key).whole() }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try decoder(key).whole() }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { JSONTreeDecoder(value: .object(object), path: path) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

/// The elements of an array, for Codable.
struct JSONElements: UnkeyedDecodingContainer {
    let array: [JSONValue]
    let path: JSONPath

    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { path.codingPath }
    var count: Int? { array.count }
    var isAtEnd: Bool { currentIndex == array.count }

    init(array: [JSONValue], path: JSONPath) {
        self.array = array
        self.path = path
    }

    private mutating func take() throws -> JSONTreeDecoder {
        let place = JSONPath.element(currentIndex, of: path)
        guard !isAtEnd else {
            throw SpecError(.missing, field: place.dotted, "the array ends before this element; it is required")
        }
        defer { currentIndex += 1 }
        return JSONTreeDecoder(value: array[currentIndex], path: place)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, array[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take().nested(type) }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try take().bool() }
    mutating func decode(_ type: String.Type) throws -> String { try take().string() }
    mutating func decode(_ type: Double.Type) throws -> Double { try take().float() }
    mutating func decode(_ type: Float.Type) throws -> Float { try take().float() }
    mutating func decode(_ type: Int.Type) throws -> Int { try take().whole() }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take().whole() }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take().whole() }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take().whole() }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take().whole() }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take().whole() }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take().whole() }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take().whole() }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take().whole() }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take().whole() }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try take().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try take().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try take() }
}
