internal import WASIHTTP

/// A response to a request of the guest's own.
final class IncomingResponse {
    let status: UInt16
    let fields: FieldList
    let sent: SentRequest
    /// The engine's, where the bodies go through the engine's streams.
    let source: UInt32?
    /// `consume` gives the body once.
    var isConsumed = false

    init(status: UInt16, _ fields: FieldList, of sent: SentRequest, source: UInt32? = nil) {
        self.status = status
        self.fields = fields
        self.sent = sent
        self.source = source
    }
}
