internal import Synchronization
internal import Wasm

/// An instance of what is served, with its store.
final class GuestInstance: @unchecked Sendable {
    // Used by one thread at a time: that of the request that it serves.
    let store: Store
    let handle: ComponentFunction
    let guest: ServedGuest
    /// How many it has served, with the one that it serves now.
    var requests = 0

    init(store: Store, handle: ComponentFunction, guest: ServedGuest) {
        self.store = store
        self.handle = handle
        self.guest = guest
    }
}

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
