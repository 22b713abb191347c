internal import Glibc
package import LinuxSystem
package import NIOCore
internal import NIOPosix
internal import Synchronization

/// What reads and writes all connections of a server, or of a client.
package struct EventLoops: Sendable {
    /// How many read and write at once, if there are as many processors: one alone is busy with bodies when the guests
    /// are not.
    private static let most = 2

    package let group: any EventLoopGroup
    let all: [any EventLoop]

    /// Starts their threads.
    package init() {
        let count = max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), Self.most))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        self.group = group
        all = (0..<count).map { _ in group.next() }
    }

    private init(_ loop: any EventLoop) {
        group = loop
        all = [loop]
    }

    /// Starts one, for as long as the process lives.
    ///
    /// - Throws: `SystemCallError` when the system grants no thread for it: where NIO starts it, that is the process's end.
    package static func single() throws(SystemCallError) -> EventLoops {
        let begun = Begun()
        let (reading, writing) = try makePipe()
        defer { _ = close(reading) }
        do throws(SystemCallError) {
            try DetachedThread.start("requests") {
                MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
                    begun.loop.withLock { $0 = loop }
                    _ = close(writing)
                }
            }
        } catch {
            _ = close(writing)
            throw error
        }
        var byte: UInt8 = 0
        _ = try systemCall("read") { read(reading, &byte, 1) }
        guard let loop = begun.loop.withLock({ $0 }) else {
            preconditionFailure("an event loop that has begun is there")
        }
        return EventLoops(loop)
    }

    private final class Begun: Sendable {
        let loop = Mutex<(any EventLoop)?>(nil)
    }
}
