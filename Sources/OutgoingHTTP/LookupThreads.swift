internal import LinuxSystem
internal import Synchronization

/// Names are looked up by threads, as the C library waits for the answers; by several, so that a name that nobody answers
/// for does not hold up the others.
final class LookupThreads: Sendable {
    private struct State {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
    }

    private static let most = 8
    /// Whose requests' time may be over already.
    private static let mostWaiting = 1024

    private let state = Mutex(State())

    /// - Returns: false if there are too many, or the system grants no thread.
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        let (starts, waits) = state.withLock { state in
            guard state.running == Self.most else {
                state.running += 1
                return (true, false)
            }
            guard state.waiting.count < Self.mostWaiting else { return (false, false) }
            state.waiting.append(work)
            return (false, true)
        }
        guard starts else { return waits }
        do {
            try DetachedThread.start("lookup") {
                work()
                while let next = self.next() { next() }
            }
            return true
        } catch {
            // Those that wait have other threads to wait for, or none: they are done by their time.
            state.withLock { $0.running -= 1 }
            return false
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
