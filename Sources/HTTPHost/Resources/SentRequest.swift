internal import OutgoingHTTP

/// A request of the guest's own that was sent: `future-incoming-response`.
final class SentRequest {
    let call: OutgoingCall
    let body: OutgoingRequest.Body
    /// `get` gives the response once.
    var isTaken = false

    init(_ call: OutgoingCall, _ body: OutgoingRequest.Body) {
        self.call = call
        self.body = body
    }
}
