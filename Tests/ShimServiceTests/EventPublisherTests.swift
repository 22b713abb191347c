import ContainerdAPI
import Logging
import NIOCore
import NIOPosix
import ShimService
import SwiftProtobuf
import Synchronization
import TTRPC
import Testing

struct EventPublisherTests {
    private func publisher(
        _ forwarder: any EventForwarder, pause: @escaping @Sendable (Duration) async -> Void = { _ in }
    ) -> EventPublisher {
        EventPublisher(namespace: "ns", forwarder: forwarder, logger: Logger(label: "test"), pause: pause)
    }

    private func exit(_ pid: UInt32) -> TaskExit { .with { $0.pid = pid } }

    @Test func eventsArriveInOrderThoughContainerdIsAwayAtFirst() async throws {
        let containerd = FakeContainerd(failures: 3)
        let publisher = publisher(containerd)
        for pid in 1...50 { publisher.publish(exit(UInt32(pid))) }
        async let sender: Void = publisher.run()
        await publisher.flush()
        publisher.close()
        await sender
        #expect(containerd.pids == Array(1...50))
        #expect(containerd.topics == ["/tasks/exit"])
    }

    @Test func anEventThatIsRefusedIsGivenUpAndTheNextIsSent() async throws {
        let containerd = FakeContainerd(refuses: { $0 == 2 })
        let publisher = publisher(containerd)
        for pid in 1...3 { publisher.publish(exit(UInt32(pid))) }
        async let sender: Void = publisher.run()
        await publisher.flush()
        publisher.close()
        await sender
        #expect(containerd.pids == [1, 3])
    }

    @Test func theOldestEventsGoWhenContainerdStaysAway() async throws {
        let containerd = FakeContainerd()
        let publisher = publisher(containerd)
        let count = EventPublisher.capacity + 10
        for pid in 1...count { publisher.publish(exit(UInt32(pid))) }
        async let sender: Void = publisher.run()
        await publisher.flush()
        publisher.close()
        await sender
        #expect(containerd.pids.count == EventPublisher.capacity)
        #expect(containerd.pids.last == UInt32(count))
    }

    @Test func closingEndsAFlushThatWouldWaitForEver() async throws {
        let containerd = FakeContainerd(failures: .max)
        let publisher = publisher(containerd, pause: { _ in await Task.yield() })
        publisher.publish(exit(1))
        async let sender: Void = publisher.run()
        async let flushing: Void = publisher.flush()
        publisher.close()
        await flushing
        await sender
        #expect(containerd.pids.isEmpty)
    }

    @Test func theForwarderConnectsAnewWhenContainerdIsBack() async throws {
        let folder = try TemporaryFolder()
        // The loop of all tests: connections may outlive this one.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let address = folder.path + "/events"
        let forwarder = TTRPCEventForwarder(address: address, eventLoop: loop)
        let envelope = try EventsEnvelope(exit(9), namespace: "ns", at: .now())
        await #expect(throws: TTRPCError.self) { try await forwarder.forward(envelope) }

        for _ in 0..<2 {
            let containerd = FakeContainerd()
            let server = try await TTRPCServer.start(at: address, services: [containerd.service], on: loop)
            // The first attempt may find the connection to the last server, just closed.
            do { try await forwarder.forward(envelope) } catch { try await forwarder.forward(envelope) }
            #expect(containerd.pids == [9])
            await server.shutdown(grace: .zero)
        }
    }
}

/// Takes events, when it is there.
private final class FakeContainerd: EventForwarder {
    private let state: Mutex<(failures: Int, events: [EventsEnvelope])>
    private let refuses: @Sendable (UInt32) -> Bool

    init(failures: Int = 0, refuses: @escaping @Sendable (UInt32) -> Bool = { _ in false }) {
        state = Mutex((failures, []))
        self.refuses = refuses
    }

    struct Away: Error {}

    func forward(_ envelope: EventsEnvelope) async throws {
        if try refuses(TaskExit(serializedBytes: envelope.event.value).pid) {
            throw TTRPCStatus(.invalidArgument, "no")
        }
        let isAway = state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                return true
            }
            state.events.append(envelope)
            return false
        }
        if isAway { throw Away() }
    }

    var pids: [UInt32] {
        state.withLock { $0.events.compactMap { try? TaskExit(serializedBytes: $0.event.value).pid } }
    }

    var topics: Set<String> { state.withLock { Set($0.events.map(\.topic)) } }

    var service: TTRPCService {
        TTRPCService(
            name: "containerd.services.events.ttrpc.v1.Events",
            methods: [
                "Forward": .unary { [self] (_: TTRPCRequestContext, request: EventsForwardRequest) in
                    try await forward(request.envelope)
                    return Google_Protobuf_Empty()
                }
            ])
    }
}
