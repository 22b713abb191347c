internal import Glibc
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

    /// Keeps it for another response, if it is empty. The guest is to have ended.
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
            isWhole ? bytesWaiting(ends.reading) : nil
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

/// Bytes that wait in a pipe; nil if it can't say.
func bytesWaiting(_ reading: Int32) -> Int? {
    var count: Int32 = 0
    return ioctl(reading, UInt(FIONREAD), &count) == 0 ? Int(count) : nil
}
