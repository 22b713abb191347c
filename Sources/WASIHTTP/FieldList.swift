/// The fields of a message or of its trailers, in order, as `wasi:http/types` has them: names are compared without
/// regard to case, values are bytes. Nothing that can't be sent gets in.
package struct FieldList: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: [UInt8]
    }

    /// `header-error`; the raw value is the case's name.
    package enum Refusal: String, Error, Sendable {
        /// A name that is no token, or a value with a control character (RFC 9110, 5.1 and 5.5).
        case invalidSyntax = "invalid-syntax"
        /// A field that the server itself sends.
        case forbidden
        case immutable
    }

    package private(set) var entries: [Field] = []

    package init() {}

    /// Fields off the wire: those that are the server's business are left out.
    package init(received fields: some Sequence<(String, String)>) {
        for (name, value) in fields where !Self.isForbidden(name) {
            // White space after a value is no part of it (RFC 9110, 5.5); what comes before is left out by the parser.
            let end = value.utf8.lastIndex { $0 != 0x20 && $0 != 0x09 }
            entries.append(Field(name: name.lowercased(), value: end.map { Array(value.utf8[...$0]) } ?? []))
        }
    }

    /// As ``init(received:)``, with values that need not be UTF-8.
    package init(received fields: [(String, [UInt8])]) {
        for (name, value) in fields where !Self.isForbidden(name) {
            entries.append(Field(name: name.lowercased(), value: value))
        }
    }

    /// The values of a field; none if it is not there.
    package func values(of name: String) -> [[UInt8]] {
        let name = name.lowercased()
        return entries.filter { $0.name == name }.map(\.value)
    }

    /// - Parameter name: in lower case.
    func contains(_ name: String) -> Bool {
        entries.contains { $0.name == name }
    }

    package mutating func append(_ name: String, _ value: [UInt8]) throws(Refusal) {
        let name = try Self.checked(name)
        guard Self.isValue(value) else { throw .invalidSyntax }
        entries.append(Field(name: name, value: value))
    }

    /// Replaces all values of a field; all or nothing.
    package mutating func set(_ name: String, to values: [[UInt8]]) throws(Refusal) {
        let name = try Self.checked(name)
        guard values.allSatisfy(Self.isValue) else { throw .invalidSyntax }
        entries.removeAll { $0.name == name }
        entries += values.map { Field(name: name, value: $0) }
    }

    package mutating func remove(_ name: String) throws(Refusal) {
        let name = try Self.checked(name)
        entries.removeAll { $0.name == name }
    }

    private static func checked(_ name: String) throws(Refusal) -> String {
        guard isName(name) else { throw .invalidSyntax }
        guard !isForbidden(name) else { throw .forbidden }
        return name.lowercased()
    }

    /// What concerns the connection and not the message (RFC 9110, 7.6.1), and the authority, which has a place of
    /// its own.
    static func isForbidden(_ name: String) -> Bool {
        forbidden.contains(name.lowercased())
    }

    private static let forbidden: Set<String> = [
        "connection", "host", "http2-settings", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "transfer-encoding", "upgrade",
    ]

    /// A token.
    package static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    package static func isValue(_ value: some Sequence<UInt8>) -> Bool {
        value.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }
    }
}
