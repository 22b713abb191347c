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
        /// The request's body has come to its end.
        case trailers
    }

    let event: Event

    init(_ event: Event) {
        self.event = event
    }
}
