internal import Glibc
package import NIOCore
internal import NIOPosix

/// What reads and writes all connections of a server.
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
}
