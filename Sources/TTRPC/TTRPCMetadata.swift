/// The metadata of a call: keys with one or more values, in the order they were given.
///
/// Keys are case-insensitive and kept in lower case, as in the Go implementation. containerd sends the namespace
/// under `containerd-namespace-ttrpc`.
package struct TTRPCMetadata: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var key: String
        var value: String
    }

    private(set) var entries: [Entry]

    /// No metadata.
    package init() {
        self.entries = []
    }

    init(wire: [Ttrpc_KeyValue]) {
        self.entries = wire.map { Entry(key: $0.key.lowercased(), value: $0.value) }
    }

    /// Whether there is none.
    package var isEmpty: Bool {
        self.entries.isEmpty
    }

    /// The first value of the key; nil when it has none.
    package subscript(key: String) -> String? {
        let key = key.lowercased()
        return self.entries.first { $0.key == key }?.value
    }

    /// All values of the key, in order.
    package func values(for key: String) -> [String] {
        let key = key.lowercased()
        return self.entries.lazy.filter { $0.key == key }.map(\.value)
    }

    /// Adds a value to those that the key has.
    package mutating func append(_ value: String, for key: String) {
        self.entries.append(Entry(key: key.lowercased(), value: value))
    }

    var wire: [Ttrpc_KeyValue] {
        self.entries.map { entry in
            var pair = Ttrpc_KeyValue()
            pair.key = entry.key
            pair.value = entry.value
            return pair
        }
    }
}

extension TTRPCMetadata: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (key, value) in elements {
            self.append(value, for: key)
        }
    }
}
