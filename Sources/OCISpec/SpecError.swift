/// Why a configuration can't be used: the field, what was found, what would be right.
package struct SpecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package enum Code: String, Codable, Sendable {
        /// It is not JSON, or a field has the wrong type or a value out of range.
        case malformed
        /// A field that must be there is not.
        case missing
        /// The value is well-formed but not one that the specification allows.
        case invalid
        /// The specification allows it, this runtime or node can't do it.
        case unsupported
    }

    package let code: Code
    /// The file, when the configuration came from one.
    package let file: String?
    /// Dotted, from the top: `linux.resources.memory.limit`, `mounts[3].options`.
    package let field: String
    package let message: String

    package init(_ code: Code, field: String, _ message: String, file: String? = nil) {
        self.code = code
        self.file = file
        self.field = field
        self.message = message
    }

    package var description: String {
        let place = [file, field.isEmpty ? nil : field].compactMap { $0 }.joined(separator: ": ")
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
