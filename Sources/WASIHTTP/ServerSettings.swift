package import HTTPPolicy

/// How guests are served.
///
/// Annotations of the container come first (`martlet.dev/http-…`), then the environment's names that other wasm shims
/// have, then the defaults.
package struct ServerSettings: Equatable, Sendable {
    package struct Invalid: Error, CustomStringConvertible {
        package let description: String
    }

    package struct Address: Equatable, Sendable {
        /// IPv4 or IPv6 address.
        package var host: String
        package var port: Int
    }

    package var address = Address(host: "0.0.0.0", port: 8080)
    package var backlog: Int32 = 100
    /// What one request may take, in milliseconds, from its head on; 0 for no limit.
    package var requestTimeout: Int64 = 60_000
    /// How long a client may take for a request's head, and a connection be idle, in milliseconds.
    package var headerTimeout: Int64 = 30_000
    /// How many requests run at once.
    package var concurrency = mostConcurrency
    package static let mostConcurrency = 1024
    /// How many requests an instance serves, one after the other, before there is a new one.
    package var reuse = 1
    /// How many more may wait for their turn.
    package var queue = 1024
    /// How many connections there may be.
    package private(set) var connections = 16_384
    /// Bytes of a request's body; 0 for no limit: bodies are streamed.
    package var requestBodyLimit = 0
    /// Bytes of small bodies that may be collected before their guests begin, all together.
    package var collectedBodies = 16 << 20
    /// Bytes of a request's fields, all together.
    package var headerLimit = 64 << 10
    /// Whether each request is told of on the container's standard output.
    package var logsAccess = false
    /// Where the figures are served, if they are.
    package var metrics: Address?
    /// Where guests may send requests of their own.
    package var outgoing = OutgoingPolicy()

    package init() {}

    static let prefix = "martlet.dev/http-"
    private static let addressVariable = "WASMTIME_HTTP_PROXY_SOCKET_ADDR"
    private static let backlogVariables = ["WASMTIME_HTTP_BACKLOG", "WASMTIME_HTTP_PROXY_BACKLOG"]

    /// Whether a variable is meant for the server: the guest does not get it.
    package static func isOwn(variable name: String) -> Bool {
        name == addressVariable || backlogVariables.contains(name)
    }

    package init(
        environment: [(name: String, value: String)], annotations: [String: String]
    ) throws(Invalid) {
        self.init()
        for (name, value) in environment {
            if name == Self.addressVariable { address = try Self.address(value, name) }
            if Self.backlogVariables.contains(name) { backlog = Int32(try Self.number(value, name, 1...65535)) }
        }
        for (key, value) in annotations.sorted(by: { $0.key < $1.key }) where key.hasPrefix(Self.prefix) {
            switch key.dropFirst(Self.prefix.count) {
            case "address": address = try Self.address(value, key)
            case "access-log":
                guard let isOn = Bool(value) else {
                    throw Invalid(description: "\(key) is \"\(value)\": true or false is needed")
                }
                logsAccess = isOn
            case "metrics": metrics = try Self.address(value.contains(":") ? value : "0.0.0.0:\(value)", key)
            case "backlog": backlog = Int32(try Self.number(value, key, 1...65535))
            case "request-timeout": requestTimeout = Int64(try Self.number(value, key, 0...86_400)) * 1000
            case "header-timeout": headerTimeout = Int64(try Self.number(value, key, 1...3600)) * 1000
            case "concurrency": concurrency = try Self.number(value, key, 1...Self.mostConcurrency)
            case "reuse": reuse = try Self.number(value, key, 1...1_000_000)
            case "queue": queue = try Self.number(value, key, 0...1_000_000)
            case "request-body-limit": requestBodyLimit = try Self.number(value, key, 0...(1 << 50))
            case "header-limit": headerLimit = try Self.number(value, key, 1024...(1 << 20))
            case "outgoing":
                guard let policy = OutgoingPolicy(value) else {
                    throw Invalid(description: OutgoingPolicy.complaint(of: value))
                }
                outgoing = policy
            // The engine's business.
            case "module": break
            case let word where word.hasPrefix("module."): break
            default: throw Invalid(description: "the annotation \(key) is not known")
            }
        }
    }

    /// Descriptors that a request opens, at the most: pipes, directories, what the guest prints.
    private static let descriptorsOfRequest = 13

    /// Keeps what takes descriptors within their number: a third for connections, the rest for what requests open.
    package mutating func fit(descriptors: UInt64) {
        let third = Int(min(descriptors, 1 << 32) / 3)
        connections = min(connections, max(1, third))
        concurrency = min(concurrency, max(1, (2 * third - 32) / Self.descriptorsOfRequest))
    }

    private static func address(_ text: String, _ name: String) throws(Invalid) -> Address {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else {
            throw Invalid(description: "\(name) is \"\(text)\": ADDRESS:PORT is needed, such as 0.0.0.0:8080")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return Address(host: String(host), port: port)
    }

    private static func number(
        _ text: String, _ name: String, _ range: ClosedRange<Int>
    ) throws(Invalid) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Invalid(
                description:
                    "\(name) is \"\(text)\": a number from \(range.lowerBound) to \(range.upperBound) is needed")
        }
        return number
    }
}
