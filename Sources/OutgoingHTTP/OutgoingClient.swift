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

    /// - Parameter loops: what it works on; of NIO's own kind.
    package init(on loops: any EventLoopGroup, _ settings: OutgoingSettings = OutgoingSettings()) {
        let budget = ConnectionBudget(most: settings.mostConnections, mostWaiting: settings.mostWaiting)
        let contexts = TLSContexts(settings)
        let threads = LookupThreads()
        let peers = peers
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
    /// - Parameter socket: the server's end of the guest's stream socket, connected, of any kind; the client owns it from
    ///   here on.
    package func send(_ head: OutgoingHead, _ times: OutgoingTimes, socket: Int32) -> OutgoingCall {
        let call = OutgoingCall()
        let guest = GuestSocket(owning: socket, for: call)
        let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let (eventLoop, pool) = pools[Int(UInt(bitPattern: index) % UInt(pools.count))]
        eventLoop.execute {
            guard let descriptor = guest.take() else { return }
            let exchange = Exchange(head, times, guest.call, pool.value)
            GuestConnection.open(descriptor, for: exchange, on: eventLoop)
        }
        return call
    }

    /// Closes the connections that are idle, and from here on each after its request.
    package func close() {
        for (eventLoop, pool) in pools { eventLoop.execute { pool.value.close() } }
    }
}
