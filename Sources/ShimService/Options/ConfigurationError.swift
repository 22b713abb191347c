/// What is wrong with a configuration file or with TOML in a runtime's options.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    package enum Code: Sendable {
        /// The file can't be read.
        case unreadable
        /// It is not TOML.
        case malformed
        case unknownKey
        /// A value of the wrong kind, or out of range.
        case badValue
    }

    package let code: Code
    /// The file's path, or what else it is.
    package let file: String
    /// Dotted; empty when it is about no key.
    package let key: String
    package let message: String

    package init(_ code: Code, file: String, key: String = "", _ message: String) {
        self.code = code
        self.file = file
        self.key = key
        self.message = message
    }

    package var description: String {
        key.isEmpty ? "\(file): \(message)" : "\(file): \(key): \(message)"
    }
}
