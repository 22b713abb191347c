/// What may follow a body.
final class FutureTrailers {
    /// As the body's.
    let sent: SentRequest?
    /// The engine's, where the guest's own request goes through the engine's streams.
    let source: UInt32?
    /// `get` gives the trailers once.
    var isTaken = false

    init(of sent: SentRequest? = nil, source: UInt32? = nil) {
        self.sent = sent
        self.source = source
    }
}
