final class IncomingRequest {
    /// `consume` gives the body once.
    var isConsumed = false

    init() {}
}
