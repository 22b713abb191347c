import NIOCore
import SwiftProtobuf
import Testing

@testable import TTRPC

/// What a server does with frames that a well-behaved client would not send.
@Suite(.timeLimit(.minutes(1))) struct ServerProtocolTests {
    private static let echo: [String: TTRPCMethod] = ["Echo": .raw { _, payload in payload }]

    @Test func malformedRequestsAreAnsweredAndTheConnectionLivesOn() async throws {
        try await Fixture.run(methods: { _ in Self.echo }) { fixture in
            let peer = try fixture.peer()
            try peer.request(2, "Echo")
            #expect(try peer.outcome() == .init(id: 2, code: .invalidArgument))
            try peer.request(0, "Echo")
            #expect(try peer.outcome() == .init(id: 0, code: .invalidArgument))
            try peer.send(1, .request, [0xFF, 0xFF, 0xFF])
            #expect(try peer.outcome() == .init(id: 1, code: .invalidArgument))
            try peer.request(1, "Echo")
            #expect(try peer.outcome() == .init(id: 1, code: .invalidArgument))
            try peer.send(3, .data, flags: .noData)
            #expect(try peer.outcome() == .init(id: 3, code: .invalidArgument))
            try peer.send(5, FrameType(rawValue: 42), [1, 2, 3])
            try peer.request(7, "Echo", [1])
            let (id, result) = try #require(try peer.response())
            #expect(id == 7)
            #expect(try result.get() == [1])
        }
    }

    @Test func anOversizedRequestIsResourceExhaustedAndTheConnectionLivesOn() async throws {
        try await Fixture.run(methods: { _ in Self.echo }) { fixture in
            let peer = try fixture.peer()
            let size = (4 << 20) + 1
            try peer.send(1, .request, length: UInt32(size))
            try peer.send([UInt8](repeating: 0, count: size))
            try peer.request(3, "Echo")
            #expect(try peer.outcome() == .init(id: 1, code: .resourceExhausted))
            #expect(try peer.outcome() == .init(id: 3, code: nil))
        }
    }

    @Test func aPeerThatHalfClosesGetsItsAnswersAndThenTheEnd() async throws {
        try await Fixture.run(
            methods: { eventLoop in
                let gate = Gate(eventLoop)
                return [
                    "Wait": .raw { _, payload in
                        try await gate.pass()
                        return payload
                    },
                    "Open": .raw { _, _ in
                        gate.open()
                        return []
                    },
                ]
            }
        ) { fixture in
            let peer = try fixture.peer()
            try peer.request(1, "Wait", [4])
            // A cut-off frame behind it is dropped.
            try peer.send([0, 0, 0, 9, 0, 0])
            peer.shutdownWriting()
            let other = try fixture.peer()
            try other.request(1, "Open")
            #expect(try other.outcome() == .init(id: 1, code: nil))
            let (id, result) = try #require(try peer.response())
            #expect(id == 1)
            #expect(try result.get() == [4])
            #expect(try peer.response() == nil)
        }
    }

    @Test func aPeerThatHalfClosesWithNothingUnderWayIsClosed() async throws {
        try await Fixture.run(methods: { _ in Self.echo }) { fixture in
            let peer = try fixture.peer()
            try peer.request(1, "Echo")
            #expect(try peer.outcome() == .init(id: 1, code: nil))
            peer.shutdownWriting()
            #expect(try peer.response() == nil)
        }
    }

    @Test func theCallsOfAPeerThatVanishesAreCancelled() async throws {
        try await Fixture.run(methods: { _ in [:] }) { fixture in
            let started = Gate(fixture.eventLoop)
            let cancelled = Gate(fixture.eventLoop)
            let never = Gate(fixture.eventLoop)
            let method = TTRPCMethod.raw { _, _ in
                started.open()
                do {
                    try await never.pass()
                } catch {
                    cancelled.open()
                }
                return []
            }
            let path = fixture.path + "2"
            let server = try await TTRPCServer.start(
                at: path, services: [TTRPCService(name: "test.Service", methods: ["Wait": method])],
                on: fixture.eventLoop)
            do {
                let peer = try RawPeer(path: path)
                try peer.request(1, "Wait")
                try await started.pass()
                withExtendedLifetime(peer) {}
            }
            try await cancelled.pass()
            await server.shutdown(grace: .zero)
        }
    }

    @Test func aPeerThatDoesNotReadDoesNotHoldUpAnother() async throws {
        try await Fixture.run(methods: { _ in
            ["Large": .raw { _, _ in [UInt8](repeating: 1, count: 1 << 20) }, "Small": .raw { _, _ in [2] }]
        }) { fixture in
            let slow = try fixture.peer()
            for id in stride(from: 1, to: 16, by: 2) as StrideTo<UInt32> {
                try slow.request(id, "Large")
            }
            let quick = try fixture.peer()
            try quick.request(1, "Small")
            #expect(try quick.outcome() == .init(id: 1, code: nil))
            // All that it asked for is there when it reads at last.
            for _ in 0..<8 {
                let (_, result) = try #require(try slow.response())
                #expect(try result.get().count == 1 << 20)
            }
        }
    }

    @Test func aPeerThatDoesNotReadIsNotReadFrom() async throws {
        try await Fixture.run(methods: { _ in ["Large": .raw { _, _ in [UInt8](repeating: 1, count: 1 << 20) }] }) {
            fixture in
            let slow = try fixture.peer()
            // More requests than the kernel's socket buffers hold: were they all taken in, none would be refused.
            let count = try slow.sendRequestsUntilItWouldBlock("Large", payload: 16 << 10, most: 300)
            #expect(count < 300)
            for _ in 0..<count {
                #expect(try slow.outcome()?.code == nil)
            }
        }
    }

    @Test func callsOverTheLimitAreResourceExhausted() async throws {
        var configuration = TTRPCServer.Configuration()
        configuration.maximumCallsPerConnection = 2
        try await Fixture.run(
            methods: { eventLoop in
                let never = Gate(eventLoop)
                return [
                    "Wait": .raw { _, _ in
                        try await never.pass()
                        return []
                    }
                ]
            }, configuration: configuration
        ) { fixture in
            let peer = try fixture.peer()
            for id in [1, 3, 5] as [UInt32] {
                try peer.request(id, "Wait")
            }
            #expect(try peer.outcome() == .init(id: 5, code: .resourceExhausted))
        }
    }

    @Test func aNegativeTimeoutHasPassedAlready() async throws {
        try await Fixture.run(methods: { eventLoop in
            let never = Gate(eventLoop)
            return [
                "Wait": .raw { _, _ in
                    try await never.pass()
                    return []
                }
            ]
        }) { fixture in
            let peer = try fixture.peer()
            try peer.request(1, "Wait", timeoutNano: -1)
            #expect(try peer.outcome() == .init(id: 1, code: .deadlineExceeded))
        }
    }

    @Test func theLongestTimeoutDoesNoHarm() async throws {
        try await Fixture.run(methods: { _ in Self.echo }) { fixture in
            let peer = try fixture.peer()
            try peer.request(1, "Echo", timeoutNano: .max)
            #expect(try peer.outcome() == .init(id: 1, code: nil))
        }
    }

    @Test func aDeadlineCancelsTheCallAndIsAnswered() async throws {
        try await Fixture.run(methods: { eventLoop in
            let never = Gate(eventLoop)
            return [
                "Wait": .raw { _, _ in
                    try await never.pass()
                    return []
                }
            ]
        }) { fixture in
            let peer = try fixture.peer()
            try peer.request(1, "Wait", timeoutNano: 1_000_000)
            #expect(try peer.outcome() == .init(id: 1, code: .deadlineExceeded))
        }
    }
}
