package import ContainerdAPI
package import Logging
package import SwiftProtobuf
internal import Synchronization
internal import TTRPC

/// Publishes events to containerd in the order in which they happened, whether it is there just now or not.
///
/// `publish` only queues. One task sends: it tries an event again, with growing pauses, as long as containerd can't be
/// reached, and gives an event up that containerd has refused five times.
package final class EventPublisher: Sendable {
    /// As many as containerd's own shims queue.
    package static let capacity = 2048
    private static let mostRefusals = 5
    private static let pauses: (first: Duration, last: Duration) = (.milliseconds(100), .seconds(5))

    private struct State {
        var queue = EventQueue<EventsEnvelope>(capacity: EventPublisher.capacity)
        /// Whether an event is being sent.
        var isSending = false
        var isClosed = false
        /// The sender, while there is nothing to send.
        var idle: CheckedContinuation<Void, Never>?
        /// Who waits for the queue to be empty.
        var flushing: [CheckedContinuation<Void, Never>] = []
    }

    private let namespace: String
    private let forwarder: any EventForwarder
    private let logger: Logger
    private let pause: @Sendable (Duration) async -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - namespace: containerd's namespace of all the events.
    ///   - pause: waits without blocking; returns early when its task is cancelled.
    package init(
        namespace: String, forwarder: any EventForwarder, logger: Logger,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.namespace = namespace
        self.forwarder = forwarder
        self.logger = logger
        self.pause = pause
    }

    /// Queues an event. Never blocks; from any thread.
    package func publish(_ event: some TaskEvent, at time: Google_Protobuf_Timestamp = .now()) {
        let envelope: EventsEnvelope
        do {
            envelope = try EventsEnvelope(event, namespace: namespace, at: time)
        } catch {
            logger.error("an event can't be encoded", metadata: ["error": "\(error)"])
            return
        }
        let idle = state.withLock { state in
            state.queue.append(envelope)
            return state.idle.take()
        }
        idle?.resume()
    }

    /// Sends events until `close`; one task runs this.
    package func run() async {
        while let envelope = await next() {
            await send(envelope)
            let flushed = state.withLock { state in
                state.isSending = false
                return state.queue.isEmpty ? state.flushing.take() : []
            }
            for waiter in flushed { waiter.resume() }
        }
    }

    /// Waits until everything queued has been sent or given up. Bound it by cancelling `run`, or by `close`.
    package func flush() async {
        await withCheckedContinuation { continuation in
            let done = state.withLock { state in
                if state.isClosed || (state.queue.isEmpty && !state.isSending) { return true }
                state.flushing.append(continuation)
                return false
            }
            if done { continuation.resume() }
        }
    }

    /// Ends `run` and every `flush`; what is queued still is lost.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.flushing.take() + [state.idle.take()].compactMap { $0 }
        }
        for waiter in waiters { waiter.resume() }
    }

    private func next() async -> EventsEnvelope? {
        while true {
            let (envelope, dropped, isClosed) = state.withLock { state in
                let envelope = state.isClosed ? nil : state.queue.takeFirst()
                state.isSending = envelope != nil
                return (envelope, state.queue.takeDropped(), state.isClosed)
            }
            if dropped > 0 {
                logger.error("events were dropped: containerd is away", metadata: ["count": "\(dropped)"])
            }
            if isClosed { return nil }
            if let envelope { return envelope }
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if state.isClosed || !state.queue.isEmpty { return true }
                    state.idle = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        }
    }

    private func send(_ envelope: EventsEnvelope) async {
        var refusals = 0
        var wait = Self.pauses.first
        while !state.withLock({ $0.isClosed }) {
            do {
                return try await forwarder.forward(envelope)
            } catch let status as TTRPCStatus where status.code != .unavailable && status.code != .deadlineExceeded {
                refusals += 1
                if refusals == Self.mostRefusals {
                    logger.error(
                        "containerd refuses an event", metadata: ["topic": "\(envelope.topic)", "error": "\(status)"])
                    return
                }
            } catch {
                logger.debug("containerd can't be reached for events", metadata: ["error": "\(error)"])
            }
            await pause(wait)
            wait = min(wait * 2, Self.pauses.last)
        }
    }
}

extension Array {
    /// The elements, leaving none.
    fileprivate mutating func take() -> [Element] {
        defer { self = [] }
        return self
    }
}
