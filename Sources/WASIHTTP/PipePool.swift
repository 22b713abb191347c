internal import Glibc
package import LinuxSystem
internal import Synchronization

/// Pipes that are empty, and have no writer: the bodies that came through them were taken whole.
package final class PipePool: Sendable {
    private struct State {
        var free: [ResponsePipe.Ends] = []
        /// How many there are that are larger than others.
        var large = 0
    }

    /// How many are kept.
    private static let most = 16
    /// Bytes of a large one: replies of this size are written by a guest that never waits.
    private static let largeCapacity = 256 << 10
    /// How many are large at once, beside those that are kept: a user's pipes share a number of pages (pipe(7),
    /// pipe-user-pages-soft).
    private static let mostLarge = 16

    private let state = Mutex(State())

    package init() {}

    package func take() throws(SystemCallError) -> ResponsePipe {
        let kept = state.withLock { state in
            let ends = state.free.popLast()
            if let ends, ends.capacity >= Self.largeCapacity { state.large += 1 }
            return ends
        }
        if let kept { return ResponsePipe(kept, of: self) }
        let (reading, writing) = try makePipe()
        let mayBeLarge = state.withLock { state in
            state.large += 1
            return state.large <= Self.mostLarge
        }
        var capacity = mayBeLarge ? fcntl(reading, setPipeSize, Int32(Self.largeCapacity)) : -1
        if capacity < Self.largeCapacity { state.withLock { $0.large -= 1 } }
        if capacity <= 0 { capacity = max(fcntl(reading, getPipeSize), 4096) }
        return ResponsePipe(.init(reading: reading, writing: writing, capacity: Int(capacity)), of: self)
    }

    func takeBack(_ ends: ResponsePipe.Ends) {
        let isEmpty = bytesWaiting(ends.reading) == 0
        let isKept = state.withLock { state in
            guard isEmpty, state.free.count < Self.most else { return false }
            state.free.append(ends)
            return true
        }
        if !isKept { ends.close() }
    }

    func forget(_ ends: ResponsePipe.Ends) {
        if ends.capacity >= Self.largeCapacity { state.withLock { $0.large -= 1 } }
    }
}

/// fcntl(2), F_SETPIPE_SZ and F_GETPIPE_SZ, which are no plain numbers in C.
private let setPipeSize: Int32 = 1031
private let getPipeSize: Int32 = 1032
