/// Fills a slot with what a value encodes.
struct JSONTreeEncoder: Encoder, SingleValueEncodingContainer {
    let slot: JSONSlot
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.content = .object([])
        return KeyedEncodingContainer(JSONMemberWriter(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.content = .array([])
        return JSONElementWriter(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { slot.content = .null }
    func encode(_ value: Bool) { slot.content = .word(value ? "true" : "false") }
    func encode(_ value: String) { slot.content = .string(value) }
    func encode(_ value: Double) throws { try encode(real: value) }
    func encode(_ value: Float) throws { try encode(real: Double(value)) }
    func encode(_ value: Int) { slot.content = .word(String(value)) }
    func encode(_ value: Int8) { slot.content = .word(String(value)) }
    func encode(_ value: Int16) { slot.content = .word(String(value)) }
    func encode(_ value: Int32) { slot.content = .word(String(value)) }
    func encode(_ value: Int64) { slot.content = .word(String(value)) }
    func encode(_ value: UInt) { slot.content = .word(String(value)) }
    func encode(_ value: UInt8) { slot.content = .word(String(value)) }
    func encode(_ value: UInt16) { slot.content = .word(String(value)) }
    func encode(_ value: UInt32) { slot.content = .word(String(value)) }
    func encode(_ value: UInt64) { slot.content = .word(String(value)) }
    func encode(_ value: some Encodable) throws { try value.encode(to: self) }

    private func encode(real value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: codingPath, debugDescription: "\(value) is no number of JSON"))
        }
        slot.content = .word("\(value)")
    }
}

/// The members of an object.
struct JSONMemberWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: JSONSlot
    let codingPath: [any CodingKey]

    private func encoder(_ key: some CodingKey) -> JSONTreeEncoder {
        JSONTreeEncoder(slot: slot.member(key.stringValue), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { encoder(key).encodeNil() }
    // Strings and whole numbers have no `encode(to:)` but through the container of a single value.
    func encode(_ value: some Encodable, forKey key: Key) throws { try value.encode(to: encoder(key)) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { encoder(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder(SuperKey.super) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

    private enum SuperKey: String, CodingKey {
        case `super`
    }
}

/// The elements of an array.
struct JSONElementWriter: UnkeyedEncodingContainer {
    let slot: JSONSlot
    let codingPath: [any CodingKey]

    private(set) var count = 0

    init(slot: JSONSlot, codingPath: [any CodingKey]) {
        self.slot = slot
        self.codingPath = codingPath
    }

    private mutating func next() -> JSONTreeEncoder {
        count += 1
        return JSONTreeEncoder(slot: slot.element(), codingPath: codingPath)
    }

    mutating func encodeNil() { next().encodeNil() }
    mutating func encode(_ value: some Encodable) throws { try value.encode(to: next()) }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { next() }
}
