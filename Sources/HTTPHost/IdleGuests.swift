internal import Synchronization

/// Instances between two of their requests, where they serve more than one each.
final class IdleGuests: Sendable {
    /// How many are kept: each keeps its memory.
    private static let most = 16

    private let requests: Int
    private let instances = Mutex<[GuestInstance]>([])

    /// - Parameter requests: how many each may serve.
    init(requests: Int) {
        self.requests = requests
    }

    /// The one that served last, as more of it is in the processor's caches.
    func take() -> GuestInstance? {
        requests == 1 ? nil : instances.withLock { $0.popLast() }
    }

    func mayKeep(_ instance: GuestInstance) -> Bool { instance.requests < requests }

    /// Takes one back whose request has ended well.
    func keep(_ instance: GuestInstance) {
        instances.withLock { instances in
            if instances.count < Self.most { instances.append(instance) }
        }
    }
}
