internal import Wasm

/// An instance of a lowered component, with its store.
final class LoweredInstance: CountedInstance, @unchecked Sendable {
    // Used by one thread at a time: that of the request that it serves.
    let store: Store
    let data: CoreGuest
    let handle: Function
    let postReturn: Function?
    let guest: LoweredGuest
    var requests = 0

    init(store: Store, data: CoreGuest, handle: Function, postReturn: Function?, guest: LoweredGuest) {
        self.store = store
        self.data = data
        self.handle = handle
        self.postReturn = postReturn
        self.guest = guest
    }
}
