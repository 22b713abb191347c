package import NIOCore
internal import Synchronization

/// Sends the requests of guests' own, over connections that are kept.
///
/// Each request is of one event loop, as its guest's socket and its connection are. There are no redirects, no cookies
/// and no proxies, and bodies are as they come: all that is for guests.
package final class OutgoingClient: Sendable {
    /// Of one event loop.
    private let pools: [Peers.Peer]
    private let peers = Peers()
    private let turn = Atomic<Int>(0)
    let loops: any EventLoopGroup

    /// - Parameter loops: what it works on; of NIO's own kind.
    package init(on loops: any EventLoopGroup, _ settings: OutgoingSettings = OutgoingSettings()) {
        let budget = ConnectionBudget(most: settings.mostConnections, mostWaiting: settings.mostWaiting)
        let contexts = TLSContexts(settings)
        let threads = LookupThreads()
        let peers = peers
        self.loops = loops
        pools = loops.makeIterator().map { eventLoop in
            let pool = ConnectionPool(on: eventLoop, settings, budget, contexts, threads) { peers.makeRoom() }
            return (eventLoop, NIOLoopBoundBox.makeBoxSendingValue(pool, eventLoop: eventLoop))
        }
        peers.set(pools)
    }

    deinit {
        peers.set([])
    }

    /// Sends a request; from any thread, which does not wait.
    ///
    /// - Parameter call: what becomes of it.
    /// - Parameter socket: the server's end of the guest's stream socket, connected, of any kind; the client owns it from
    ///   here on.
    package func send(_ head: OutgoingHead, _ times: OutgoingTimes, socket: Int32, as call: OutgoingCall) {
        let guest = GuestSocket(owning: socket, for: call)
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let (eventLoop, pool) = pools[Int(UInt(bitPattern: index) % UInt(pools.count))]
        eventLoop.execute {
            guard let descriptor = guest.take() else { return }
            let exchange = OutgoingExchange(head, times, guest.call, pool.value)
            GuestConnection.open(descriptor, for: exchange, on: eventLoop)
        }
    }

    /// Sends a request whose guest is at the end of a channel that is active, of one of the client's event loops; on it.
    func send(_ head: OutgoingHead, _ times: OutgoingTimes, over channel: any Channel, as call: OutgoingCall) throws {
        guard let pool = pools.first(where: { $0.0 === channel.eventLoop })?.1.value else { throw ChannelError.eof }
        try GuestConnection.adopt(channel, for: OutgoingExchange(head, times, call, pool))
    }

    /// Closes the connections that are idle, and from here on each after its request.
    package func close() {
        for (eventLoop, pool) in pools { eventLoop.execute { pool.value.close() } }
    }
}
