internal import NIOCore

/// The open connections of a server. Belongs to the server's event loop.
final class ServerConnections {
    private let drained: EventLoopPromise<Void>
    private var handlers: [ObjectIdentifier: ServerConnectionHandler] = [:]
    private var isDraining = false

    init(on eventLoop: any EventLoop) {
        self.drained = eventLoop.makePromise()
    }

    func add(_ handler: ServerConnectionHandler) {
        self.handlers[ObjectIdentifier(handler)] = handler
        if self.isDraining {
            handler.drain()
        }
    }

    func remove(_ handler: ServerConnectionHandler) {
        self.handlers[ObjectIdentifier(handler)] = nil
        self.succeedIfDrained()
    }

    /// Lets the calls under way finish. The future succeeds when the last connection is closed.
    func drain() -> EventLoopFuture<Void> {
        self.isDraining = true
        for handler in self.handlers.values {
            handler.drain()
        }
        self.succeedIfDrained()
        return self.drained.futureResult
    }

    /// Closes all that are left, and cancels their calls.
    func closeAll() {
        for handler in self.handlers.values {
            handler.close()
        }
    }

    private func succeedIfDrained() {
        if self.isDraining, self.handlers.isEmpty {
            self.drained.succeed()
        }
    }
}
