import SwiftProtobuf

/// Makes messages in text format in which every field of the descriptor is set to something other than its
/// default, repeated ones and maps twice.
struct Sample {
    private var generator: SeededGenerator
    private let messages: [String: Google_Protobuf_DescriptorProto]
    private let enums: [String: Google_Protobuf_EnumDescriptorProto]

    /// - Parameter file: declares or imports all the types that are needed.
    init(of file: ProtoFile, seed: UInt64) {
        generator = SeededGenerator(state: seed)
        var messages: [String: Google_Protobuf_DescriptorProto] = [:]
        var enums: [String: Google_Protobuf_EnumDescriptorProto] = [:]
        func add(_ message: Google_Protobuf_DescriptorProto, _ name: String) {
            messages[name] = message
            for nested in message.nestedType { add(nested, "\(name).\(nested.name)") }
            for type in message.enumType { enums["\(name).\(type.name)"] = type }
        }
        for file in file.set.file {
            for message in file.messageType { add(message, ".\(file.package).\(message.name)") }
            for type in file.enumType { enums[".\(file.package).\(type.name)"] = type }
        }
        self.messages = messages
        self.enums = enums
    }

    /// - Parameter message: a full name without a leading dot.
    mutating func text(of message: String) throws -> String {
        try fields(of: "." + message)
    }

    struct Unsupported: Error {
        let what: String
    }

    private mutating func fields(of name: String) throws -> String {
        guard let message = messages[name] else { throw Unsupported(what: name) }
        var text = ""
        for field in message.field {
            for _ in 0..<(field.label == .repeated ? 2 : 1) {
                text += "\(field.name): \(try value(of: field)) "
            }
        }
        return text
    }

    private mutating func value(of field: Google_Protobuf_FieldDescriptorProto) throws -> String {
        switch field.type {
        case .string, .bytes: return "\"\(word())\""
        case .bool: return "true"
        case .uint32: return "\(UInt32.random(in: 1...UInt32.max, using: &generator))"
        case .int32: return "\(Int32.random(in: Int32.min ..< 0, using: &generator))"
        case .uint64: return "\(UInt64.random(in: 1...UInt64.max, using: &generator))"
        case .int64: return "\(Int64.random(in: Int64.min ..< 0, using: &generator))"
        // Quarters have an exact text.
        case .double: return "\(Double(UInt16.random(in: 1...UInt16.max, using: &generator)) / 4)"
        case .enum:
            let all = enums[field.typeName]?.value ?? []
            let values = all.filter { $0.number != 0 }
            // An enum that has no other value is told by how often it comes.
            guard let value = (values.isEmpty ? all : values).randomElement(using: &generator) else {
                throw Unsupported(what: field.typeName)
            }
            return value.name
        case .message: return "{ \(try fields(of: field.typeName))}"
        default: throw Unsupported(what: "\(field.type)")
        }
    }

    /// Letters of one, two and three bytes in UTF-8.
    private mutating func word() -> String {
        String(
            (0..<Int.random(in: 1...12, using: &generator)).compactMap { _ in
                "abcxyz019-_./üß€".randomElement(using: &generator)
            })
    }
}

/// splitmix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
