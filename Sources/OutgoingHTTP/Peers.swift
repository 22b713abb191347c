internal import NIOCore
internal import Synchronization

/// The pools of all event loops, for one that needs something of the others.
final class Peers: Sendable {
    typealias Peer = (eventLoop: any EventLoop, pool: NIOLoopBoundBox<ConnectionPool>)

    private let pools = Mutex<[Peer]>([])

    func set(_ pools: [Peer]) {
        self.pools.withLock { $0 = pools }
    }

    /// Has each close a connection that is idle, if others are waited for.
    func makeRoom() {
        for (eventLoop, pool) in pools.withLock({ $0 }) { eventLoop.execute { pool.value.closeOne() } }
    }
}
