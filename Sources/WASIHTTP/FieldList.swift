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
    /// Bytes of memory, about.
    package private(set) var size = 0

    /// What a field takes beside its name and its value.
    private static let overhead = 64

    package init() {}

    /// Fields off the wire: those that are the server's business are left out.
    package init(received fields: some Sequence<(String, String)>) {
        for (name, value) in fields where !Self.isForbidden(name) {
            // White space after a value is no part of it (RFC 9110, 5.5); what comes before is left out by the parser.
            let end = value.utf8.lastIndex { $0 != 0x20 && $0 != 0x09 }
            add(name.lowercased(), end.map { Array(value.utf8[...$0]) } ?? [])
        }
    }

    /// As ``init(received:)``, with values that need not be UTF-8.
    package init(received fields: [(String, [UInt8])]) {
        for (name, value) in fields where !Self.isForbidden(name) {
            add(name.lowercased(), value)
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
        add(name, value)
    }

    /// Replaces all values of a field; all or nothing.
    package mutating func set(_ name: String, to values: [[UInt8]]) throws(Refusal) {
        let name = try Self.checked(name)
        guard values.allSatisfy(Self.isValue) else { throw .invalidSyntax }
        removeAll(name)
        for value in values { add(name, value) }
    }

    package mutating func remove(_ name: String) throws(Refusal) {
        let name = try Self.checked(name)
        removeAll(name)
    }

    private mutating func add(_ name: String, _ value: [UInt8]) {
        entries.append(Field(name: name, value: value))
        size += name.utf8.count + value.count + Self.overhead
    }

    private mutating func removeAll(_ name: String) {
        guard contains(name) else { return }
        entries.removeAll { $0.name == name }
        size = entries.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + Self.overhead }
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
