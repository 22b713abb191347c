internal import Synchronization

/// Exchanges that something is to be done about in a moment, if their guests have not come further by then: a response
/// whose body is finished soon goes out whole, and a pipe whose guest has ended soon serves another response.
final class PendingResponses: Sendable {
    private struct Exchanges {
        var young: [Exchange] = []
        var old: [Exchange] = []
    }

    private let exchanges = Mutex(Exchanges())

    var isEmpty: Bool {
        exchanges.withLock { $0.young.isEmpty && $0.old.isEmpty }
    }

    func add(_ exchange: Exchange) {
        exchanges.withLock { $0.young.append(exchange) }
    }

    /// Sees to those that were there at the last sweep already.
    func sweep() {
        let late = exchanges.withLock { exchanges in
            defer { (exchanges.old, exchanges.young) = (exchanges.young, []) }
            return exchanges.old
        }
        for exchange in late { exchange.momentIsOver() }
    }
}
