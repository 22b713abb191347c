internal import Glibc

/// A reading of CLOCK_MONOTONIC.
struct Moment: Comparable, Sendable {
    private let nanoseconds: Int64

    static var now: Moment {
        var time = timespec()
        // It fails only for a clock that does not exist.
        _ = clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Milliseconds from `start` to this moment.
    func milliseconds(since start: Moment) -> Double {
        Double(nanoseconds - start.nanoseconds) / 1_000_000
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (moment: Moment, milliseconds: Int64) -> Moment {
        Moment(nanoseconds: moment.nanoseconds + milliseconds * 1_000_000)
    }
}
