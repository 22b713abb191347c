internal import NIOCore

/// The open connections of a server. Belongs to the server's event loop.
final class ServerConnections {
    private let eventLoop: any EventLoop
    private var handlers: [ObjectIdentifier: ServerConnectionHandler] = [:]
    /// There from the moment that the server drains.
    private var drained: EventLoopPromise<Void>?

    init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func add(_ handler: ServerConnectionHandler) {
        self.handlers[ObjectIdentifier(handler)] = handler
        if self.drained != nil {
            handler.drain()
        }
    }

    func remove(_ handler: ServerConnectionHandler) {
        self.handlers[ObjectIdentifier(handler)] = nil
        self.succeedIfDrained()
    }

    /// Lets the calls under way finish. The future succeeds when the last connection is closed.
    func drain() -> EventLoopFuture<Void> {
        let drained = self.drained ?? self.eventLoop.makePromise()
        self.drained = drained
        for handler in self.handlers.values {
            handler.drain()
        }
        self.succeedIfDrained()
        return drained.futureResult
    }

    /// Closes all that are left, and cancels their calls.
    func closeAll() {
        for handler in self.handlers.values {
            handler.close()
        }
    }

    private func succeedIfDrained() {
        if self.handlers.isEmpty {
            self.drained?.succeed()
        }
    }
}
