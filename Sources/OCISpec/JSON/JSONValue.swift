/// A JSON document as it was parsed; numbers are kept as they were written.
enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What a message calls it.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Members in their order. Of two with one key the later counts, as in Go.
struct JSONObject: Sendable {
    private(set) var keys: [String] = []
    private var values: [JSONValue] = []
    /// Made when there are more members than are quickly looked through.
    private var index: [String: Int]?
    private static let most = 24

    mutating func append(_ key: String, _ value: JSONValue) {
        if keys.count == Self.most {
            index = Dictionary(zip(keys, keys.indices), uniquingKeysWith: { $1 })
        }
        index?[key] = keys.count
        keys.append(key)
        values.append(value)
    }

    subscript(key: String) -> JSONValue? {
        if let index { return index[key].map { values[$0] } }
        return keys.lastIndex(of: key).map { values[$0] }
    }
}
