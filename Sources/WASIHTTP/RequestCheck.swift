internal import NIOHTTP1

/// What must hold of a request's head beyond its syntax.
enum RequestCheck {
    /// The status to refuse it with; nil if it is fine.
    static func refusal(of head: HTTPRequestHead, bodyLimit: Int) -> Int? {
        guard (1...2).contains(head.version.major) else { return 505 }
        // No tunnels.
        if head.method == .CONNECT { return 501 }
        let hosts = head.headers["host"]
        // RFC 9112, 3.2.
        if hosts.count > 1 || (hosts.isEmpty && head.version != .http1_0) { return 400 }
        if let host = hosts.first, host.contains(where: { $0 == " " || $0 == "/" || $0 == "@" }) { return 400 }
        if head.headers.contains(name: "transfer-encoding"), head.version == .http1_0 { return 400 }
        if head.uri.utf8.count > 16 << 10 { return 414 }
        if let expectation = head.headers.first(name: "expect"), expectation.lowercased() != "100-continue" {
            return 417
        }
        if bodyLimit > 0, let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > bodyLimit
        {
            return 413
        }
        return nil
    }

    /// Origin-form, absolute-form or `*` (RFC 9112, 3.2); the absolute form's authority comes before the Host field's.
    static func target(of head: HTTPRequestHead) -> (path: String?, authority: String?) {
        let host = head.headers.first(name: "host")
        let uri = head.uri
        guard !uri.hasPrefix("/"), let scheme = uri.range(of: "://") else { return (uri, host) }
        let rest = uri[scheme.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = rest[end...]
        return (path.hasPrefix("/") ? String(path) : "/" + path, String(rest[..<end]))
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
