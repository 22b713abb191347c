internal import OutgoingHTTP
internal import WASIHTTP

/// What the guest writes: of its response, or of a request of its own.
final class OutgoingBody {
    /// Of a request of the guest's own: where it goes, and what becomes of it. Nil for the response.
    let request: (body: OutgoingRequest.Body, call: OutgoingCall)?
    /// `write` gives the stream once.
    var isStreamTaken = false
    /// Whether it belongs to the response that was sent.
    var isSent = false
    /// Trailers of a body that was finished before its response was set.
    var finished: FieldList?

    init(of request: (OutgoingRequest.Body, OutgoingCall)? = nil) {
        self.request = request
    }

    deinit {
        // One that was not finished is broken off.
        if case .socket(let socket) = request?.body { socket.endWriting() }
    }
}
