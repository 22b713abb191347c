internal import Synchronization

/// Bytes of bodies that are collected before their guests begin: that spares a small body, which comes at once, the way
/// through a pipe.
final class CollectedBodies: Sendable {
    /// The largest that is collected.
    static let longest = 1 << 20

    private let most: Int
    private let held = Atomic<Int>(0)

    /// - Parameter most: bytes of all together.
    init(most: Int) {
        self.most = most
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
            bodies.held.subtract(bytes, ordering: .relaxed)
        }
    }

    /// - Returns: nil if there is too little.
    func room(for bytes: Int) -> Room? {
        guard bytes <= Self.longest else { return nil }
        guard held.add(bytes, ordering: .relaxed).newValue <= most else {
            held.subtract(bytes, ordering: .relaxed)
            return nil
        }
        return Room(self, bytes)
    }
}
