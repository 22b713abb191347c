/// What a guest can see of its world, as its imports say.
package struct GuestSights: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Its arguments and its environment.
    package static let environment = Self(rawValue: 1)
    /// The root directory, for what is opened for it.
    package static let root = Self(rawValue: 2)
    /// All of its directories.
    package static let directories = Self(rawValue: 4)
    /// Sockets.
    package static let network = Self(rawValue: 8)
    package static let all: Self = [.environment, .root, .directories, .network]

    /// Whether the guest may keep something of its world, descriptors, from its beginning on. One that does not needs all
    /// of it only when it asks for a stream or a pollable, and can have another world then.
    package var outliveRequests: Bool { !isDisjoint(with: [.directories, .network]) }

    /// - Parameter imports: a served component's, with their versions. What it prints goes into files.
    init(imports: [String]) {
        func has(_ prefixes: String...) -> Bool {
            imports.contains { name in prefixes.contains { name.hasPrefix($0) } }
        }
        self = []
        if has("wasi:cli/environment") { insert(.environment) }
        if has("wasi:cli/stdout", "wasi:cli/stderr") { insert(.root) }
        if has("wasi:filesystem/") { insert(.directories) }
        if has("wasi:sockets/") { insert(.network) }
    }
}
