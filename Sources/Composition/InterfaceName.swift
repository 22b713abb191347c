/// The name of an import or export: `namespace:package/interface@1.2.3`, or any other.
struct InterfaceName: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// Whether what is exported by this name may be what is imported by the other: the names are the same, or they are
    /// but for the version, and this one's is not older and of the same track (the first number that is not zero is the
    /// same).
    func satisfies(_ wanted: InterfaceName) -> Bool {
        if self == wanted { return true }
        guard let own = versioned, let other = wanted.versioned, own.name == other.name else { return false }
        return Self.track(own.version) == Self.track(other.version)
            && !own.version.lexicographicallyPrecedes(other.version)
    }

    /// Without pre-release versions, which are compatible with themselves only.
    private var versioned: (name: Substring, version: [UInt32])? {
        guard let at = text.lastIndex(of: "@") else { return nil }
        let numbers = text[text.index(after: at)...].split(separator: ".", omittingEmptySubsequences: false)
        let version = numbers.compactMap { UInt32($0) }
        guard numbers.count == 3, version.count == 3 else { return nil }
        return (text[..<at], version)
    }

    private static func track(_ version: [UInt32]) -> ArraySlice<UInt32> {
        version[...(version.firstIndex { $0 != 0 } ?? 2)]
    }
}
