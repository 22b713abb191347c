internal import Wasm

/// An instance of what is served, with its store.
final class GuestInstance: CountedInstance, @unchecked Sendable {
    // Used by one thread at a time: that of the request that it serves.
    let store: Store
    let handle: ComponentFunction
    let guest: ServedGuest
    var requests = 0

    init(store: Store, handle: ComponentFunction, guest: ServedGuest) {
        self.store = store
        self.handle = handle
        self.guest = guest
    }
}
