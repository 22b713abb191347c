/// `pollable` of `wasi:io/poll`.
final class Pollable {
    enum Event {
        case now
        /// Of the monotonic clock, in nanoseconds.
        case instant(UInt64)
        /// Something can be read, or never will be.
        case input(BodyInput)
        /// The response's body has room.
        case output
        /// A request of the guest's own has an answer, or its body has room: `POLLIN` or `POLLOUT`.
        case socket(BodySocket, Int32)
        /// The request's body has come to its end.
        case trailers
        /// The body of a response to a request of the guest's own has.
        case trailersOfResponse(SentRequest)
    }

    let event: Event

    init(_ event: Event) {
        self.event = event
    }
}
