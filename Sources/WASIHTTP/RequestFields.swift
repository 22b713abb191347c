internal import NIOHTTP1

/// Those of a request's fields that a server looks at, found in one go.
struct RequestFields {
    private(set) var hosts = 0
    private(set) var host: String?
    /// What the first `content-length` says; nil if that is no number.
    private(set) var length: Int?
    private(set) var hasTransferEncoding = false
    private(set) var expectation: String?
    private(set) var hasUpgrade = false
    /// Whether a value has a control character in it (RFC 9110, 5.5): the codec of HTTP/2 lets it pass.
    private(set) var hasControls = false

    init(_ headers: HTTPHeaders) {
        var hasLength = false
        for (name, value) in headers {
            if !FieldList.isValue(value.utf8) { hasControls = true }
            switch name.utf8.count {
            case 4 where Self.isSame(name, "host"):
                if hosts == 0 { host = value }
                hosts += 1
            case 6 where expectation == nil && Self.isSame(name, "expect"): expectation = value
            case 7 where Self.isSame(name, "upgrade"): hasUpgrade = true
            case 14 where !hasLength && Self.isSame(name, "content-length"):
                hasLength = true
                length = Int(value)
            case 17 where Self.isSame(name, "transfer-encoding"): hasTransferEncoding = true
            default: break
            }
        }
    }

    /// - Parameter lowercased: of letters and hyphens, as long as the name.
    private static func isSame(_ name: String, _ lowercased: StaticString) -> Bool {
        lowercased.withUTF8Buffer { wanted in
            zip(name.utf8, wanted).allSatisfy { ($0 | (0x41...0x5a ~= $0 ? 0x20 : 0)) == $1 }
        }
    }
}
