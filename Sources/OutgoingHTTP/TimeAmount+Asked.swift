internal import NIOCore

extension TimeAmount {
    /// A guest's own figure: what is longer than a day is a day, as the event loop counts no further than it must.
    init(asked nanoseconds: UInt64) {
        self = .nanoseconds(Int64(min(nanoseconds, 86_400_000_000_000)))
    }
}
