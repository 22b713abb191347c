/// What the server decides about the requests of guests' own.
package struct OutgoingSettings: Sendable {
    /// How long a connection is kept that no request uses, in nanoseconds.
    package var idleTime: UInt64 = 60_000_000_000
    /// How many such connections are kept for one destination by each event loop.
    package var mostIdle = 8
    /// Connections in all, those that are being established included.
    package var mostConnections = 1024
    /// Requests that wait for one of them.
    package var mostWaiting = 1024
    /// Bytes of a response's fields, and of its trailers.
    package var headLimit = 64 << 10
    package var trustRoots = TrustRoots()
    /// Takes what an operator should know, from any thread; not to block.
    package var log: (@Sendable (String) -> Void)?

    package init() {}
}
