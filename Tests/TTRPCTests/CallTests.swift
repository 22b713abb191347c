import NIOCore
import SwiftProtobuf
import Testing

@testable import TTRPC

/// Calls from our client to our server.
@Suite(.timeLimit(.minutes(1))) struct CallTests {
    private static func call(
        _ client: TTRPCClient, _ method: String, _ payload: [UInt8] = [], timeout: Duration? = nil,
        metadata: TTRPCMetadata = [:]
    ) async throws -> [UInt8] {
        try await client.call(
            service: "test.Service", method: method, payload: payload, timeout: timeout, metadata: metadata)
    }

    @Test func aCallCarriesMetadataAndDeadlineToTheHandler() async throws {
        try await Fixture.run(methods: { _ in
            [
                "Show": .raw { context, _ in
                    let values = context.metadata.values(for: "Containerd-Namespace-TTRPC")
                    let deadline = context.deadline != nil
                    return Array("\(context.service) \(context.method) \(values) \(deadline)".utf8)
                }
            ]
        }) { fixture in
            let client = try await fixture.client()
            var metadata: TTRPCMetadata = ["containerd-namespace-ttrpc": "k8s.io"]
            metadata.append("second", for: "containerd-namespace-ttrpc")
            let answer = try await Self.call(client, "Show", timeout: .seconds(60), metadata: metadata)
            #expect(String(decoding: answer, as: UTF8.self) == #"test.Service Show ["k8s.io", "second"] true"#)
            let bare = try await Self.call(client, "Show")
            #expect(String(decoding: bare, as: UTF8.self) == "test.Service Show [] false")
        }
    }

    @Test func protobufMethodsTakeAndGiveMessages() async throws {
        try await Fixture.run(methods: { _ in
            [
                "Greet": .unary { (_, name: Google_Protobuf_StringValue) in
                    Google_Protobuf_StringValue("hello " + name.value)
                }
            ]
        }) { fixture in
            let client = try await fixture.client()
            let answer: Google_Protobuf_StringValue = try await client.call(
                service: "test.Service", method: "Greet", Google_Protobuf_StringValue("you"))
            #expect(answer.value == "hello you")
            let error = await #expect(throws: TTRPCStatus.self) {
                try await Self.call(client, "Greet", [0xFF])
            }
            #expect(error?.code == .internal)
            #expect(error?.message.contains("google.protobuf.StringValue") == true)
        }
    }

    @Test func aHandlersFailureIsTheCallsFailure() async throws {
        struct Odd: Error, CustomStringConvertible {
            var description: String { "odd thing" }
        }
        try await Fixture.run(methods: { _ in
            [
                "Status": .raw { _, _ in throw TTRPCStatus(.alreadyExists, "twice") },
                "Odd": .raw { _, _ in throw Odd() },
            ]
        }) { fixture in
            let client = try await fixture.client()
            await #expect(throws: TTRPCStatus(.alreadyExists, "twice")) { try await Self.call(client, "Status") }
            await #expect(throws: TTRPCStatus(.unknown, "odd thing")) { try await Self.call(client, "Odd") }
            let absent = await #expect(throws: TTRPCStatus.self) { try await Self.call(client, "Absent") }
            #expect(absent?.code == .unimplemented)
        }
    }

    @Test func callsOnOneConnectionRunAtTheSameTime() async throws {
        let count = 100
        try await Fixture.run(methods: { eventLoop in
            let gate = Gate(eventLoop)
            let arrived = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: eventLoop)
            return [
                // None is answered before all have come.
                "Meet": .raw { _, payload in
                    arrived.value += 1
                    if arrived.value == count { gate.open() }
                    try await gate.pass()
                    return payload
                }
            ]
        }) { fixture in
            let client = try await fixture.client()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<count {
                    group.addTask { try await Self.call(client, "Meet", [UInt8(index)]) == [UInt8(index)] }
                }
                for try await isOwn in group {
                    #expect(isOwn)
                }
            }
        }
    }

    @Test func handlersRunOnTheServersEventLoop() async throws {
        try await Fixture.run(methods: { eventLoop in
            [
                "Where": .raw { _, _ in
                    let before = eventLoop.inEventLoop
                    await Task.yield()
                    return [before ? 1 : 0, eventLoop.inEventLoop ? 1 : 0]
                }
            ]
        }) { fixture in
            let client = try await fixture.client()
            #expect(try await Self.call(client, "Where") == [1, 1])
        }
    }

    @Test func aCallWhoseTimeRunsOutIsDeadlineExceededAndTheConnectionLivesOn() async throws {
        try await Fixture.run(methods: { eventLoop in
            let never = Gate(eventLoop)
            return [
                "Wait": .raw { _, _ in
                    try await never.pass()
                    return []
                },
                "Echo": .raw { _, payload in payload },
            ]
        }) { fixture in
            let client = try await fixture.client()
            let error = await #expect(throws: TTRPCStatus.self) {
                try await Self.call(client, "Wait", timeout: .milliseconds(1))
            }
            #expect(error?.code == .deadlineExceeded)
            let none = await #expect(throws: TTRPCStatus.self) {
                try await Self.call(client, "Echo", timeout: .zero)
            }
            #expect(none?.code == .deadlineExceeded)
            #expect(try await Self.call(client, "Echo", [1]) == [1])
        }
    }

    @Test func aCancelledCallThrowsAndTheConnectionLivesOn() async throws {
        try await Fixture.run(methods: { eventLoop in
            let never = Gate(eventLoop)
            return [
                "Wait": .raw { _, _ in
                    try await never.pass()
                    return []
                },
                "Echo": .raw { _, payload in payload },
            ]
        }) { fixture in
            let client = try await fixture.client()
            let waiting = Task { try await Self.call(client, "Wait") }
            #expect(try await Self.call(client, "Echo", [1]) == [1])
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(try await Self.call(client, "Echo", [2]) == [2])
        }
    }

    @Test func aMessageOfJustFourMegabytesPassesBothWays() async throws {
        try await Fixture.run(methods: { _ in ["Echo": .raw { _, payload in payload }] }) { fixture in
            let client = try await fixture.client()
            var request = Ttrpc_Request()
            request.service = "test.Service"
            request.method = "Echo"
            request.payloadBytes = [UInt8](repeating: 1, count: 4 << 20)
            let encoded: [UInt8] = try request.serializedBytes()
            let excess = encoded.count - (4 << 20)
            let payload = [UInt8](repeating: 1, count: (4 << 20) - excess)
            #expect(try await Self.call(client, "Echo", payload) == payload)
            let error = await #expect(throws: TTRPCStatus.self) { try await Self.call(client, "Echo", payload + [1]) }
            #expect(error?.code == .resourceExhausted)
            #expect(try await Self.call(client, "Echo", [1]) == [1])
        }
    }

    @Test func aResponseOverFourMegabytesIsResourceExhausted() async throws {
        try await Fixture.run(methods: { _ in
            ["Large": .raw { _, _ in [UInt8](repeating: 1, count: 4 << 20) }, "Small": .raw { _, _ in [1] }]
        }) { fixture in
            let client = try await fixture.client()
            let error = await #expect(throws: TTRPCStatus.self) { try await Self.call(client, "Large") }
            #expect(error?.code == .resourceExhausted)
            #expect(try await Self.call(client, "Small") == [1])
        }
    }
}
