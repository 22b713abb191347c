internal import NIOCore

/// The connections that one event loop keeps. Of the event loop.
final class ConnectionPool {
    let eventLoop: any EventLoop
    let settings: OutgoingSettings
    let budget: ConnectionBudget
    let contexts: TLSContexts
    let threads: LookupThreads
    /// Has all event loops close a connection that is idle, if others are waited for.
    private let makeRoom: @Sendable () -> Void
    /// Of each destination, the one that was used last is last.
    private var idle: [Destination: [RemoteConnection]] = [:]
    private var waiting: [Acquisition] = []
    private var alarm: Scheduled<Void>?
    private var isClosed = false

    init(
        on eventLoop: any EventLoop, _ settings: OutgoingSettings, _ budget: ConnectionBudget, _ contexts: TLSContexts,
        _ threads: LookupThreads, makeRoom: @escaping @Sendable () -> Void
    ) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.budget = budget
        self.contexts = contexts
        self.threads = threads
        self.makeRoom = makeRoom
    }

    /// One that is kept; nil if there is none.
    func kept(for destination: Destination) -> RemoteConnection? {
        while let connection = idle[destination]?.popLast() {
            if idle[destination]?.isEmpty == true { idle[destination] = nil }
            if connection.isOpen { return connection }
        }
        return nil
    }

    /// Establishes one.
    func connect(
        to destination: Destination, time: TimeAmount,
        _ completion: @escaping (Result<RemoteConnection, OutgoingFailure>) -> Void
    ) -> Acquisition {
        let acquisition = Acquisition(destination, self, time: time, completion)
        acquisition.start()
        return acquisition
    }

    func wait(_ acquisition: Acquisition) {
        waiting.append(acquisition)
        makeRoom()
    }

    func forget(_ acquisition: Acquisition) {
        waiting.removeAll { $0 === acquisition }
    }

    /// Takes one back that has served its request.
    ///
    /// Not before what has come with the response's end has been looked at: it must not pass for the next response.
    func keep(_ connection: RemoteConnection) {
        let bound = NIOLoopBound((pool: self, connection: connection), eventLoop: eventLoop)
        eventLoop.execute { bound.value.pool.park(bound.value.connection) }
    }

    private func park(_ connection: RemoteConnection) {
        guard connection.isOpen else { return connection.close() }
        let destination = connection.destination
        if let next = waiting.first(where: { $0.destination == destination }), next.take(connection) { return }
        guard !isClosed, !budget.isAskedFor, idle[destination, default: []].count < settings.mostIdle else {
            return connection.close()
        }
        connection.idleSince = .now()
        connection.whenClosed = { [weak self, unowned connection] in self?.remove(connection) }
        idle[destination, default: []].append(connection)
        connection.read()
        schedule()
    }

    private func remove(_ connection: RemoteConnection) {
        let destination = connection.destination
        idle[destination]?.removeAll { $0 === connection }
        if idle[destination]?.isEmpty == true { idle[destination] = nil }
    }

    private func discard(_ connection: RemoteConnection) {
        remove(connection)
        connection.close()
    }

    /// Closes the one that has been idle for longest, if others are waited for.
    func closeOne() {
        guard budget.isAskedFor else { return }
        if let oldest = idle.values.compactMap(\.first).min(by: { $0.idleSince < $1.idleSince }) { discard(oldest) }
    }

    /// No connection is kept from here on.
    func close() {
        isClosed = true
        alarm?.cancel()
        alarm = nil
        for connection in idle.values.flatMap({ $0 }) { discard(connection) }
    }

    // MARK: Time

    private func schedule() {
        guard alarm == nil, let oldest = idle.values.compactMap({ $0.first?.idleSince }).min() else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        alarm = eventLoop.scheduleTask(deadline: oldest + TimeAmount(asked: settings.idleTime)) { bound.value.sweep() }
    }

    private func sweep() {
        alarm = nil
        let limit = NIODeadline.now() - TimeAmount(asked: settings.idleTime)
        for connection in idle.values.flatMap({ $0 }) where connection.idleSince <= limit { discard(connection) }
        schedule()
    }
}
