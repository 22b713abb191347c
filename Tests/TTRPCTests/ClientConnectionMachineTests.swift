import SwiftProtobuf
import Testing

@testable import TTRPC

@Suite struct ClientConnectionMachineTests {
    private typealias Machine = ClientConnectionMachine<String>

    private static func response(
        _ id: UInt32, _ result: Result<[UInt8], TTRPCStatus>, type: FrameType = .response
    ) throws -> InboundFrame {
        let message: [UInt8] = try Ttrpc_Response(result).serializedBytes()
        return .whole(
            FrameHeader(length: UInt32(message.count), streamID: id, type: type, flags: []), message: message)
    }

    private static func completion(_ action: Machine.Action) -> (String, Result<[UInt8], any Error>)? {
        if case .complete(let call, let result) = action { (call, result) } else { nil }
    }

    @Test func streamsAreOddAndGrow() throws {
        var machine = Machine(maximumCalls: 10)
        #expect([try machine.start("a"), try machine.start("b"), try machine.start("c")] == [1, 3, 5])
    }

    @Test func answersFindTheirCallsInAnyOrder() throws {
        var machine = Machine(maximumCalls: 10)
        _ = try (machine.start("a"), machine.start("b"))
        let second = try #require(Self.completion(machine.received(try Self.response(3, .success([2])))))
        let first = try #require(Self.completion(machine.received(try Self.response(1, .success([1])))))
        #expect(second.0 == "b" && first.0 == "a")
        #expect(try second.1.get() == [2] && first.1.get() == [1])
    }

    @Test func aStatusFailsItsCall() throws {
        var machine = Machine(maximumCalls: 10)
        _ = try machine.start("a")
        let status = TTRPCStatus(.notFound, "no")
        let (_, result) = try #require(Self.completion(machine.received(try Self.response(1, .failure(status)))))
        #expect(throws: status) { try result.get() }
    }

    @Test func anAnswerThatNobodyWaitsForIsIgnored() throws {
        var machine = Machine(maximumCalls: 10)
        let id = try machine.start("a")
        #expect(machine.abandon(id) == "a")
        #expect(Self.completion(machine.received(try Self.response(1, .success([])))) == nil)
        #expect(Self.completion(machine.received(try Self.response(2, .success([])))) == nil)
    }

    @Test func dataWhereAResponseIsDueViolatesTheProtocol() throws {
        var machine = Machine(maximumCalls: 10)
        _ = try machine.start("a")
        let frame = try Self.response(1, .success([]), type: .data)
        let (_, result) = try #require(Self.completion(machine.received(frame)))
        let error = #expect(throws: TTRPCError.self) { try result.get() }
        #expect(error?.code == .protocolViolation)
    }

    @Test func aResponseThatDoesNotDecodeViolatesTheProtocol() throws {
        var machine = Machine(maximumCalls: 10)
        _ = try machine.start("a")
        let header = FrameHeader(length: 2, streamID: 1, type: .response, flags: [])
        let (_, result) = try #require(Self.completion(machine.received(.whole(header, message: [0x12, 0x7F]))))
        let error = #expect(throws: TTRPCError.self) { try result.get() }
        #expect(error?.code == .protocolViolation)
    }

    @Test func anOversizedResponseFailsItsCallAlone() throws {
        var machine = Machine(maximumCalls: 10)
        _ = try (machine.start("a"), machine.start("b"))
        let header = FrameHeader(length: 5 << 20, streamID: 1, type: .response, flags: [])
        let (call, result) = try #require(Self.completion(machine.received(.oversized(header))))
        #expect(call == "a")
        let error = #expect(throws: TTRPCStatus.self) { try result.get() }
        #expect(error?.code == .resourceExhausted)
        #expect(Self.completion(machine.received(try Self.response(3, .success([]))))?.0 == "b")
    }

    @Test func aLostConnectionFailsItsCallsInOrderAndLaterOnesToo() throws {
        var machine = Machine(maximumCalls: 10)
        for call in ["a", "b", "c"] {
            _ = try machine.start(call)
        }
        #expect(machine.connectionClosed(TTRPCError(.connectionClosed, "gone")) == ["a", "b", "c"])
        let error = #expect(throws: TTRPCError.self) { try machine.start("d") }
        #expect(error?.message == "gone")
    }

    @Test func streamIdsThatRunOutFailTheCallInsteadOfWrapping() throws {
        var machine = Machine(maximumCalls: 10, firstStreamID: .max)
        #expect(try machine.start("a") == .max)
        let error = #expect(throws: TTRPCError.self) { try machine.start("b") }
        #expect(error?.code == .connectionClosed)
    }

    @Test func callsOverTheLimitAreRefusedUntilOneEnds() throws {
        var machine = Machine(maximumCalls: 1)
        let id = try machine.start("a")
        let error = #expect(throws: TTRPCStatus.self) { try machine.start("b") }
        #expect(error?.code == .resourceExhausted)
        _ = machine.abandon(id)
        #expect(try machine.start("b") == 3)
    }
}
