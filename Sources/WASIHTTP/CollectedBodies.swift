internal import NIOCore
internal import Synchronization

/// Bytes of bodies that are collected before their guests begin: that spares a small body, which comes at once, the way
/// through a pipe.
final class CollectedBodies: Sendable {
    /// The largest that is collected.
    static let longest = 1 << 20

    private struct Awaited: Sendable {
        let bytes: Int
        let admit: @Sendable (Room) -> Void
    }

    private let most: Int
    private let eventLoop: any EventLoop
    private let held = Atomic<Int>(0)
    /// In the order in which they came.
    private let queue = Mutex(CircularBuffer<Awaited>())
    private let isAwaited = Atomic(false)

    /// - Parameter most: bytes of all together.
    init(most: Int, eventLoop: any EventLoop) {
        self.most = most
        self.eventLoop = eventLoop
    }

    /// Room for a body, as long as it is held.
    final class Room: Sendable {
        private let bodies: CollectedBodies
        private let bytes: Int

        fileprivate init(_ bodies: CollectedBodies, _ bytes: Int) {
            self.bodies = bodies
            self.bytes = bytes
        }

        deinit {
            bodies.held.subtract(bytes, ordering: .sequentiallyConsistent)
            guard bodies.isAwaited.load(ordering: .sequentiallyConsistent) else { return }
            bodies.eventLoop.execute { [bodies] in bodies.admit() }
        }
    }

    /// - Returns: whether a body of this length is collected, when there is room.
    func takes(_ bytes: Int) -> Bool { bytes <= min(Self.longest, most) }

    /// - Returns: nil if there is too little, or if others wait for some.
    func room(for bytes: Int) -> Room? {
        isAwaited.load(ordering: .relaxed) ? nil : take(bytes)
    }

    private func take(_ bytes: Int) -> Room? {
        guard takes(bytes) else { return nil }
        guard held.add(bytes, ordering: .sequentiallyConsistent).newValue <= most else {
            held.subtract(bytes, ordering: .sequentiallyConsistent)
            return nil
        }
        return Room(self, bytes)
    }

    /// Calls the function on the event loop when there is room. Who does not need it any more lets it go.
    ///
    /// - Parameter bytes: of a body that is collected.
    func awaitRoom(for bytes: Int, admit: @escaping @Sendable (Room) -> Void) {
        queue.withLock { queue in
            queue.append(Awaited(bytes: bytes, admit: admit))
            isAwaited.store(true, ordering: .sequentiallyConsistent)
        }
        // What became free before it was said that it is awaited.
        eventLoop.execute { self.admit() }
    }

    private func admit() {
        while true {
            let next = queue.withLock { queue -> (Awaited, Room)? in
                guard let first = queue.first, let room = take(first.bytes) else {
                    isAwaited.store(!queue.isEmpty, ordering: .sequentiallyConsistent)
                    return nil
                }
                queue.removeFirst()
                return (first, room)
            }
            guard let (awaited, room) = next else { return }
            awaited.admit(room)
        }
    }
}
