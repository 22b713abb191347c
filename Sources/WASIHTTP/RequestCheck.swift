internal import NIOHTTP1

/// What must hold of a request's head beyond its syntax.
enum RequestCheck {
    /// The status to refuse it with; nil if it is fine.
    static func refusal(of head: HTTPRequestHead, _ fields: RequestFields, bodyLimit: Int) -> Int? {
        guard (1...2).contains(head.version.major) else { return 505 }
        // No tunnels.
        if head.method == .CONNECT { return 501 }
        // RFC 9112, 3.2.
        if fields.hosts > 1 || (fields.hosts == 0 && head.version != .http1_0) { return 400 }
        if let host = fields.host, host.utf8.contains(where: { " /@".utf8.contains($0) }) { return 400 }
        if fields.hasControls || (fields.hasTransferEncoding && head.version == .http1_0) { return 400 }
        if head.uri.utf8.count > 16 << 10 { return 414 }
        if let expectation = fields.expectation, expectation.lowercased() != "100-continue" { return 417 }
        if bodyLimit > 0, let length = fields.length, length > bodyLimit { return 413 }
        return nil
    }

    /// Origin-form, absolute-form or `*` (RFC 9112, 3.2); the absolute form's authority comes before the Host field's.
    static func target(of head: HTTPRequestHead, host: String?) -> (path: String?, authority: String?) {
        let uri = head.uri
        guard uri.utf8.first != UInt8(ascii: "/"), let scheme = uri.range(of: "://") else { return (uri, host) }
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
