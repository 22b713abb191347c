internal import Synchronization

/// How many connections there may be, over all event loops. Who asks for one more waits for one that ends.
final class ConnectionBudget: Sendable {
    enum Verdict {
        case granted
        /// `grant` is called, once, unless it is withdrawn.
        case waits(ticket: UInt64)
        case refused
    }

    private struct State {
        var open = 0
        var tickets: UInt64 = 0
        var waiting: [(ticket: UInt64, grant: @Sendable () -> Void)] = []
    }

    private let most: Int
    private let mostWaiting: Int
    private let state = Mutex(State())

    init(most: Int, mostWaiting: Int) {
        self.most = most
        self.mostWaiting = mostWaiting
    }

    var isAskedFor: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// What is granted is to be released.
    func take(_ grant: @escaping @Sendable () -> Void) -> Verdict {
        state.withLock { state in
            if state.open < most {
                state.open += 1
                return .granted
            }
            guard state.waiting.count < mostWaiting else { return .refused }
            state.tickets += 1
            state.waiting.append((state.tickets, grant))
            return .waits(ticket: state.tickets)
        }
    }

    /// - Returns: false if it has been granted.
    func withdraw(_ ticket: UInt64) -> Bool {
        state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
    }

    func release() {
        let grant = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.waiting.isEmpty else {
                state.open -= 1
                return nil
            }
            return state.waiting.removeFirst().grant
        }
        grant?()
    }
}
