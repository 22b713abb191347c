internal import OutgoingHTTP
internal import WASIHTTP

/// A request of the guest's own until it is sent.
final class OutgoingRequest {
    /// What the bodies of request and response go through.
    enum Body {
        /// The engine's streams, by a handle of the engine's.
        case engine(UInt32)
        case socket(BodySocket)
    }

    let fields: FieldList
    /// What becomes of it.
    let call = OutgoingCall()
    /// A case's name, as `get`; `other` is in ``otherMethod``.
    var method = "get"
    var otherMethod: String?
    var path: String?
    /// A case's name, as `HTTPS`; `other` is in ``otherScheme``.
    var scheme: String?
    var otherScheme: String?
    var authority: String?
    var isBodyTaken = false
    /// The engine's, from when it is first needed.
    var made: UInt32?
    /// From when it is first needed.
    var socket: BodySocket?

    init(_ fields: FieldList) {
        self.fields = fields
    }

    /// Whether a text may be a path or an authority: with no white space and no control characters.
    static func isPart(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}
