internal import NIOHTTP1
internal import WASIHTTP

/// What must hold of a response beyond its syntax.
enum ResponseCheck {
    /// - Returns: nil if it is fine.
    static func failure(of head: HTTPResponseHead) -> OutgoingFailure? {
        // Nobody asked for another protocol.
        if head.status.code == 101 { return OutgoingFailure(.upgradeFailed) }
        guard (200...999).contains(head.status.code), areFine(head.headers) else {
            return OutgoingFailure(.protocolError)
        }
        // Of all codings the guest is to see its body through, this one alone is the connection's.
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        if !codings.isEmpty, codings.count > 1 || codings[0].lowercased() != "chunked" {
            return OutgoingFailure(.responseTransferCoding, .text(codings.joined(separator: ", ")))
        }
        return nil
    }

    /// Whether no value has a control character in it (RFC 9110, 5.5).
    static func areFine(_ headers: HTTPHeaders) -> Bool {
        headers.allSatisfy { FieldList.isValue($0.value.utf8) }
    }
}
