internal import HTTPPolicy
internal import NIOHTTP1
internal import WASIHTTP

/// A request as HTTP/1.1 has it on the wire. The caller has checked its parts; what could make two requests of one is
/// looked for once more.
struct WireRequest {
    enum Framing: Equatable {
        /// Nothing follows the head.
        case none
        case length(UInt64)
        case chunked
    }

    let head: HTTPRequestHead
    let framing: Framing

    init(_ request: OutgoingHead) throws(OutgoingFailure) {
        guard FieldList.isName(request.method), request.method != "CONNECT" else {
            throw OutgoingFailure(.requestMethodInvalid)
        }
        guard Self.isTarget(request.target), Self.isWord(request.authorityText), Self.isWord(request.authority.host)
        else { throw OutgoingFailure(.requestURIInvalid) }
        var headers = HTTPHeaders([("host", request.authorityText)])
        try Self.add(request.fields, to: &headers)
        let length = try Self.length(request.fields)
        if request.hasBody {
            framing = length.map { .length($0) } ?? .chunked
            if length == nil { headers.add(name: "transfer-encoding", value: "chunked") }
        } else {
            if let length, length > 0 { throw OutgoingFailure(.requestBodySize, .body(size: 0)) }
            framing = .none
            // RFC 9110, 8.6.
            if length == nil, ["POST", "PUT", "PATCH"].contains(request.method) {
                headers.add(name: "content-length", value: "0")
            }
        }
        head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.target, headers: headers)
    }

    /// Whether it may be sent twice (RFC 9110, 9.2.2).
    var isIdempotent: Bool { ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(head.method.rawValue) }

    /// - Returns: nil for none.
    static func trailers(_ list: FieldList?) throws(OutgoingFailure) -> HTTPHeaders? {
        guard let list, !list.entries.isEmpty else { return nil }
        var headers = HTTPHeaders()
        try add(list, to: &headers)
        return headers
    }

    private static func add(_ fields: FieldList, to headers: inout HTTPHeaders) throws(OutgoingFailure) {
        for field in fields.entries {
            guard FieldList.isName(field.name), FieldList.isValue(field.value) else {
                throw OutgoingFailure(.protocolError)
            }
            headers.add(name: field.name, value: String(decoding: field.value, as: UTF8.self))
        }
    }

    /// What the guest's `content-length` says.
    private static func length(_ fields: FieldList) throws(OutgoingFailure) -> UInt64? {
        let values = Set(fields.values(of: "content-length"))
        guard let value = values.first else { return nil }
        guard values.count == 1, !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = UInt64(String(decoding: value, as: UTF8.self))
        else { throw OutgoingFailure(.protocolError) }
        return length
    }

    private static func isTarget(_ text: String) -> Bool {
        (text.hasPrefix("/") || text == "*") && isWord(text)
    }

    /// Without white space and control characters.
    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}
