/// What is read of a request that is served, or of a response to a request of the guest's own.
final class IncomingBody {
    /// The guest's own request; nil for the request that is served.
    let sent: SentRequest?
    /// The engine's, where the guest's own request goes through the engine's streams.
    let source: UInt32?
    /// `stream` gives the stream once.
    var isStreamTaken = false

    init(of sent: SentRequest? = nil, source: UInt32? = nil) {
        self.sent = sent
        self.source = source
    }
}
