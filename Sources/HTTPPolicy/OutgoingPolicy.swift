/// Which authorities guests may send requests to.
package struct OutgoingPolicy: Hashable, Sendable {
    /// Of a container.
    package static let annotation = "martlet.dev/http-outgoing"

    /// What is wrong with an annotation that is no list.
    package static func complaint(of list: String) -> String {
        "\(annotation) is \"\(list)\": authorities are needed, such as example.com or *.local:8080"
    }

    /// `HOST`, `HOST:PORT`, `HOST:*`; HOST may be `*.DOMAIN`, for all names under it, or `*`.
    struct Entry: Hashable, Sendable {
        let host: String
        let isSuffix: Bool
        /// Nil for any. Where none is named it is the scheme's own.
        let port: Port

        enum Port: Hashable, Sendable {
            case schemes, any
            case number(Int)
        }
    }

    /// An authority as it is connected to.
    package struct Authority: Hashable, Sendable {
        /// In lower case; of IPv6 addresses without brackets.
        package let host: String
        /// Nil for the scheme's own.
        package let port: Int?

        /// - Returns: nil for what is none (RFC 3986, 3.2), or names a user.
        package init?(_ text: String) {
            var host = text[...]
            var port: Int?
            if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
                guard let number = Int(text[text.index(after: colon)...]), (1...65535).contains(number) else {
                    return nil
                }
                port = number
                host = text[..<colon]
            }
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                return nil
            }
            guard !host.isEmpty, !host.utf8.contains(where: { "@/?#[]%\\ ".utf8.contains($0) }) else { return nil }
            self.host = host.lowercased()
            self.port = port
        }
    }

    /// Nil: all.
    private var entries: [Entry]?

    /// All may be sent to: the pod's network says what can be reached.
    package init() {}

    /// - Parameter list: entries, with commas or spaces between them; none allows nothing.
    /// - Returns: nil if an entry is none.
    package init?(_ list: String) {
        var entries: [Entry] = []
        for word in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            guard let entry = Self.entry(String(word)) else { return nil }
            entries.append(entry)
        }
        self.entries = entries
    }

    private static func entry(_ word: String) -> Entry? {
        var word = word
        var port = Entry.Port.schemes
        if word == "*" { return Entry(host: "", isSuffix: true, port: .any) }
        if word.hasSuffix(":*") {
            port = .any
            word.removeLast(2)
        }
        let isSuffix = word.hasPrefix("*.")
        // The dot stays.
        if isSuffix { word.removeFirst() }
        guard let authority = Authority(word), !authority.host.contains("*") else { return nil }
        if let number = authority.port {
            if port == .any { return nil }
            port = .number(number)
        }
        return Entry(host: authority.host, isSuffix: isSuffix, port: port)
    }

    package func allows(_ authority: Authority, isSecure: Bool) -> Bool {
        guard let entries else { return true }
        let schemes = isSecure ? 443 : 80
        return entries.contains { entry in
            let isHost = entry.isSuffix ? authority.host.hasSuffix(entry.host) : authority.host == entry.host
            return switch entry.port {
            case .any: isHost
            case .schemes: isHost && (authority.port ?? schemes) == schemes
            case .number(let number): isHost && (authority.port ?? schemes) == number
            }
        }
    }
}
