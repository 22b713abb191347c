internal import Synchronization

/// What serves requests one after the other, each by one thread.
protocol CountedInstance: AnyObject, Sendable {
    /// How many it has served, with the one that it serves now.
    var requests: Int { get }
}

/// Instances between two of their requests, where they serve more than one each.
final class IdleGuests<Instance: CountedInstance>: Sendable {
    /// How many are kept: each keeps its memory.
    private let most = 16

    private let requests: Int
    private let instances = Mutex<[Instance]>([])

    /// - Parameter requests: how many each may serve.
    init(requests: Int) {
        self.requests = requests
    }

    /// The one that served last, as more of it is in the processor's caches.
    func take() -> Instance? {
        requests == 1 ? nil : instances.withLock { $0.popLast() }
    }

    func mayKeep(_ instance: Instance) -> Bool { instance.requests < requests }

    /// Takes one back whose request has ended well.
    func keep(_ instance: Instance) {
        instances.withLock { instances in
            if instances.count < most { instances.append(instance) }
        }
    }
}
