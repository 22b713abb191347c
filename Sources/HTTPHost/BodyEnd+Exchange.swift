internal import OutgoingHTTP
internal import WASIHTTP

extension OutgoingCall.BodyEnd {
    /// Of the request that is served.
    init(_ end: Exchange.BodyEnd) {
        self =
            switch end {
            case .pending: .pending
            case .complete(let trailers): .complete(trailers)
            case .failed(let code): .failed(OutgoingFailure(code))
            }
    }
}
