/// Encodes a value of the specification, or a message between our processes, as compact JSON.
///
/// The counterpart of `decodeJSON`, so that the engine carries no Foundation: without it the engine's program is a
/// third as long, and less of it is in the memory of each pod. Members stand in the order of their encoding.
///
/// - Throws: what the value's own `encode(to:)` throws, and `EncodingError` for a number that JSON can't say.
package func encodeJSON(_ value: some Encodable) throws -> [UInt8] {
    let slot = JSONSlot()
    try value.encode(to: JSONTreeEncoder(slot: slot, codingPath: []))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    slot.write(to: &bytes)
    return bytes
}

/// A place in the document that an encoder fills.
final class JSONSlot {
    enum Content {
        case null
        /// A number, `true` or `false`, as it is written.
        case word(String)
        case string(String)
        case array([JSONSlot])
        case object([(key: String, value: JSONSlot)])
    }

    /// A value that encodes nothing is an object without members, as in Foundation.
    var content = Content.object([])

    func member(_ key: String) -> JSONSlot {
        let slot = JSONSlot()
        if case .object(var members) = content {
            content = .null
            members.append((key, slot))
            content = .object(members)
        } else {
            content = .object([(key, slot)])
        }
        return slot
    }

    func element() -> JSONSlot {
        let slot = JSONSlot()
        if case .array(var elements) = content {
            content = .null
            elements.append(slot)
            content = .array(elements)
        } else {
            content = .array([slot])
        }
        return slot
    }

    func write(to bytes: inout [UInt8]) {
        switch content {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .word(let word): bytes.append(contentsOf: word.utf8)
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8259, section 7: quotes, backslashes and control characters are escaped, all else is UTF-8 as it is.
    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
