/// Where in a document a value is, from the leaf to the top.
indirect enum JSONPath: Sendable {
    case top
    case member(String, of: JSONPath)
    case element(Int, of: JSONPath)

    /// `linux.resources.devices[2].type`.
    var dotted: String {
        switch self {
        case .top: return ""
        case .element(let index, of: let parent): return "\(parent.dotted)[\(index)]"
        case .member(let key, of: let parent):
            let prefix = parent.dotted
            return prefix.isEmpty ? key : "\(prefix).\(key)"
        }
    }

    /// The same for Codable, from the top to the leaf.
    var codingPath: [any CodingKey] {
        switch self {
        case .top: []
        case .member(let key, of: let parent): parent.codingPath + [JSONKey(stringValue: key)]
        case .element(let index, of: let parent): parent.codingPath + [JSONKey(intValue: index)]
        }
    }
}

/// A key of any name.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}
