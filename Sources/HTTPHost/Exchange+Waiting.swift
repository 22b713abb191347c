internal import WASIHTTP

extension Exchange {
    /// How long a guest that waits has after its time, in milliseconds: the client has had its answer by then.
    private static let grace: Int64 = 20

    /// How long the guest may wait for anything.
    var nanosecondsLeft: UInt64 {
        millisecondsLeft.map { UInt64($0 + Self.grace) * 1_000_000 } ?? .max
    }
}
