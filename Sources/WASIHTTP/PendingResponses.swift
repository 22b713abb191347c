internal import Synchronization

/// Responses whose bodies are not finished yet, as long as they may soon be: one that is by then goes out whole.
final class PendingResponses: Sendable {
    private struct Exchanges {
        var young: [Exchange] = []
        var old: [Exchange] = []
    }

    private let exchanges = Mutex(Exchanges())

    func add(_ exchange: Exchange) {
        exchanges.withLock { $0.young.append(exchange) }
    }

    /// Begins those that were there at the last sweep already.
    func sweep() {
        let late = exchanges.withLock { exchanges in
            defer { (exchanges.old, exchanges.young) = (exchanges.young, []) }
            return exchanges.old
        }
        for exchange in late { exchange.beginResponse() }
    }
}
