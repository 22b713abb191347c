internal import Glibc
package import LinuxSystem
internal import NIOCore
internal import Synchronization

/// A pipe that a response's body comes through, from the guest to the connection. It is closed with its last holder.
package final class ResponsePipe: Sendable {
    struct Ends {
        let reading: Int32
        let writing: Int32
        /// Bytes that fit.
        let capacity: Int

        func close() {
            _ = Glibc.close(reading)
            _ = Glibc.close(writing)
        }
    }

    private let pool: PipePool
    private let ends: Ends
    private let isWhole = Mutex(true)

    init(_ ends: Ends, of pool: PipePool) {
        self.ends = ends
        self.pool = pool
    }

    deinit {
        breakOff()
        pool.forget(ends)
    }

    /// Keeps it for another response, if no body has come. The guest is to have ended.
    func giveBack() {
        let ends: Ends? = isWhole.withLock { isWhole in
            defer { isWhole = false }
            return isWhole ? self.ends : nil
        }
        if let ends { pool.takeBack(ends) }
    }

    /// What the guest's descriptor is opened from; good as long as the pipe is not broken.
    package var writing: Int32 { ends.writing }
    var capacity: Int { ends.capacity }

    /// Bytes that wait to be read; nil if nothing can be read any more.
    var waiting: Int? {
        isWhole.withLock { isWhole in
            var count: Int32 = 0
            guard isWhole, ioctl(ends.reading, UInt(FIONREAD), &count) == 0 else { return nil }
            return Int(count)
        }
    }

    /// Reads what waits.
    ///
    /// - Returns: nil if nothing can be read any more.
    func takeAll() -> ByteBuffer? {
        guard let count = waiting else { return nil }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(count)
        return isWhole.withLock { isWhole in
            guard isWhole else { return nil }
            while bytes.readableBytes < count {
                let left = count - bytes.readableBytes
                // It does not block: there is as much.
                let read = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: left) { room in
                    max(0, Glibc.read(ends.reading, room.baseAddress, left))
                }
                if read == 0 { return nil }
            }
            return bytes
        }
    }

    /// Whoever writes learns that nobody reads.
    func breakOff() {
        isWhole.withLock { isWhole in
            if isWhole { ends.close() }
            isWhole = false
        }
    }

    /// Gives the reading end away, which comes to its end when the guest has closed its own.
    ///
    /// - Returns: nil if it is broken.
    func detach() -> Int32? {
        isWhole.withLock { isWhole in
            guard isWhole else { return nil }
            isWhole = false
            _ = Glibc.close(ends.writing)
            return ends.reading
        }
    }
}

/// Pipes that no body has come through: those of responses without one.
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
        var count: Int32 = 0
        let isEmpty = ioctl(ends.reading, UInt(FIONREAD), &count) == 0 && count == 0
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
