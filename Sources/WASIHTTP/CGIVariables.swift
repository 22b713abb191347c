internal import NIOHTTP1

/// What a CGI program learns of its request from its environment: the meta-variables of RFC 3875, 4.1, and what WAGI has
/// beside them. The whole of the path is the program's: `SCRIPT_NAME` is empty.
package struct CGIVariables: Sendable {
    /// The names that are the request's, whatever the container's environment has.
    package static let own: Set<String> = [
        "AUTH_TYPE", "CONTENT_LENGTH", "CONTENT_TYPE", "GATEWAY_INTERFACE", "PATH_INFO", "PATH_TRANSLATED",
        "QUERY_STRING", "REMOTE_ADDR", "REMOTE_HOST", "REMOTE_IDENT", "REMOTE_USER", "REQUEST_METHOD", "SCRIPT_NAME",
        "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE", "X_FULL_URL", "X_MATCHED_ROUTE",
        "X_RAW_PATH_INFO", "REQUEST_ID",
    ]

    package private(set) var list: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - server: where it is served.
    ///   - taken: variables of the container, which clients may not set.
    /// - Returns: nil for a path that can't be a variable: one that is not UTF-8 or has a NUL, once it is decoded.
    package init?(_ request: Exchange.Request, number: UInt64, server: ServerSettings.Address, taken: Set<String>) {
        let target = request.path ?? "/"
        let question = target.firstIndex(of: "?")
        let path = String(target[..<(question ?? target.endIndex)])
        guard let decoded = Self.decoded(path) else { return nil }
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        let authority = request.authority ?? "\(host):\(server.port)"
        list = [
            ("GATEWAY_INTERFACE", "CGI/1.1"), ("SERVER_SOFTWARE", "martlet"), ("SERVER_PROTOCOL", request.protocolName),
            ("SERVER_NAME", Self.host(of: authority)), ("SERVER_PORT", "\(server.port)"),
            ("REQUEST_METHOD", request.method), ("SCRIPT_NAME", ""), ("PATH_INFO", decoded == "*" ? "" : decoded),
            ("QUERY_STRING", question.map { String(target[target.index(after: $0)...]) } ?? ""),
            ("X_MATCHED_ROUTE", "/..."), ("X_RAW_PATH_INFO", path),
            ("X_FULL_URL", "http://\(authority)" + (target == "*" ? "" : target)), ("REQUEST_ID", "\(number)"),
        ]
        if let client = request.client { list += [("REMOTE_ADDR", client), ("REMOTE_HOST", client)] }
        addFields(request, authority: authority, taken: taken)
        // A NUL would end the variable before its end.
        guard !list.contains(where: { $0.value.utf8.contains(0) }) else { return nil }
    }

    private mutating func addFields(_ request: Exchange.Request, authority: String, taken: Set<String>) {
        var values: [String: String] = [:]
        var order: [String] = []
        for (name, value) in request.fields.entries.lazy.map({ ($0.name, String(decoding: $0.value, as: UTF8.self)) }) {
            if let known = values[name] {
                values[name] = known + (name == "cookie" ? "; " : ", ") + value
            } else {
                values[name] = value
                order.append(name)
            }
        }
        if let type = values["content-type"] { list.append(("CONTENT_TYPE", type)) }
        // How long a body in chunks is, is known when it is read.
        if let length = values["content-length"], length != "0", !request.isChunked {
            list.append(("CONTENT_LENGTH", length))
        }
        if !taken.contains("HTTP_HOST") { list.append(("HTTP_HOST", authority)) }
        for field in order {
            guard let name = Self.variable(of: field), !taken.contains(name), let value = values[field] else {
                continue
            }
            list.append((name, value))
        }
    }

    /// The variable of a field; nil for one that has none, or one that would not be told from another.
    private static func variable(of field: String) -> String? {
        switch field {
        // Other programs take HTTP_PROXY for their own setting (CVE-2016-5385).
        case "proxy", "content-type", "content-length": return nil
        default: break
        }
        var name: [UInt8] = Array("HTTP_".utf8)
        for byte in field.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): name.append(byte - 32)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): name.append(byte)
            case UInt8(ascii: "-"): name.append(UInt8(ascii: "_"))
            default: return nil
            }
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Without the port.
    private static func host(of authority: String) -> String {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else { return authority }
        return String(authority[..<colon])
    }

    /// - Returns: nil if it has a NUL or is not UTF-8, or a percent sign stands for nothing.
    private static func decoded(_ path: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(path).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
