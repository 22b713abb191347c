import SwiftProtobuf
import Testing

@testable import TTRPC

@Suite struct ServerConnectionMachineTests {
    private static let echo = TTRPCMethod.raw { _, payload in payload }

    private static func machine(maximumCalls: Int = 10) -> ServerConnectionMachine {
        ServerConnectionMachine(
            registry: ServiceRegistry([TTRPCService(name: "test.Echo", methods: ["Echo": Self.echo])]),
            maximumCalls: maximumCalls)
    }

    private static func request(
        _ id: UInt32, service: String = "test.Echo", method: String = "Echo", flags: FrameFlags = []
    ) throws -> InboundFrame {
        var request = Ttrpc_Request()
        request.service = service
        request.method = method
        let message: [UInt8] = try request.serializedBytes()
        return .whole(
            FrameHeader(length: UInt32(message.count), streamID: id, type: .request, flags: flags), message: message)
    }

    private static func frame(_ id: UInt32, _ type: FrameType, _ message: [UInt8] = []) -> InboundFrame {
        .whole(FrameHeader(length: UInt32(message.count), streamID: id, type: type, flags: []), message: message)
    }

    /// The id and status of a refusal, nil for any other action.
    private static func refusal(_ action: ServerConnectionMachine.Action) -> (UInt32, TTRPCStatus)? {
        if case .refuse(let id, let status) = action { (id, status) } else { nil }
    }

    /// Ends a call, and expects that its answer is wanted, or not.
    private static func finish(
        _ id: UInt32, of machine: inout ServerConnectionMachine, isWanted: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let wanted = machine.finished(id)
        #expect(wanted == isWanted, sourceLocation: sourceLocation)
    }

    @Test func aRequestStartsItsMethod() throws {
        var machine = Self.machine()
        guard case .start(1, _, let request) = machine.received(try Self.request(1)) else {
            Issue.record("not started")
            return
        }
        #expect(request.method == "Echo")
        #expect(machine.calls == [1])
        Self.finish(1, of: &machine, isWanted: true)
        Self.finish(1, of: &machine, isWanted: false)
    }

    @Test(arguments: [0, 2, 4_294_967_294] as [UInt32])
    func anEvenStreamIsRefusedWhateverItsType(id: UInt32) throws {
        var machine = Self.machine()
        for frame in [try Self.request(id), Self.frame(id, .data), Self.frame(id, FrameType(rawValue: 77))] {
            let (answered, status) = try #require(Self.refusal(machine.received(frame)))
            #expect(answered == id)
            #expect(status.code == .invalidArgument)
        }
    }

    @Test func aStreamIsNotUsedTwiceAndTheCallThatHasItGoesOn() throws {
        var machine = Self.machine()
        _ = machine.received(try Self.request(5))
        for id in [5, 3] as [UInt32] {
            let (answered, status) = try #require(Self.refusal(machine.received(try Self.request(id))))
            #expect(answered == id)
            #expect(status.code == .invalidArgument)
        }
        Self.finish(5, of: &machine, isWanted: true)
    }

    @Test func theLargestStreamIsTakenAndNoneComesAfterIt() throws {
        var machine = Self.machine()
        guard case .start = machine.received(try Self.request(.max)) else {
            Issue.record("not started")
            return
        }
        #expect(Self.refusal(machine.received(try Self.request(1)))?.1.code == .invalidArgument)
    }

    @Test func aRequestThatDoesNotDecodeIsRefusedAndUsesItsStreamUp() throws {
        var machine = Self.machine()
        let broken = Self.frame(1, .request, [0x0A, 0x7F])
        #expect(Self.refusal(machine.received(broken))?.1.code == .invalidArgument)
        #expect(Self.refusal(machine.received(try Self.request(1)))?.1.code == .invalidArgument)
    }

    @Test func aServiceNameThatIsNotUTF8IsRefused() {
        var machine = Self.machine()
        let broken = Self.frame(1, .request, [0x0A, 2, 0xFF, 0xFE])
        #expect(Self.refusal(machine.received(broken))?.1.code == .invalidArgument)
    }

    @Test func anUnknownServiceOrMethodIsUnimplementedAndNamed() throws {
        var machine = Self.machine()
        let service = try #require(Self.refusal(machine.received(try Self.request(1, service: "test.Absent")))).1
        #expect(service.code == .unimplemented)
        #expect(service.message.contains("test.Absent"))
        let method = try #require(Self.refusal(machine.received(try Self.request(3, method: "Absent")))).1
        #expect(method.code == .unimplemented)
        #expect(method.message.contains("Absent") && method.message.contains("test.Echo"))
    }

    @Test(arguments: [.remoteOpen, .remoteClosed] as [FrameFlags])
    func aRequestThatOpensAStreamIsUnimplemented(flags: FrameFlags) throws {
        var machine = Self.machine()
        #expect(Self.refusal(machine.received(try Self.request(1, flags: flags)))?.1.code == .unimplemented)
    }

    @Test func typesThatAreUnknownOrNotForServersAreIgnored() {
        var machine = Self.machine()
        for type in [FrameType.response, FrameType(rawValue: 0), FrameType(rawValue: 200)] {
            guard case .ignore = machine.received(Self.frame(1, type)) else {
                Issue.record("type \(type.rawValue) was not ignored")
                return
            }
        }
    }

    @Test func dataForAStreamThatIsNotOpenIsRefused() {
        var machine = Self.machine()
        #expect(Self.refusal(machine.received(Self.frame(1, .data)))?.1.code == .invalidArgument)
    }

    @Test func dataOnAUnaryCallEndsTheCallAndItsAnswerIsDropped() throws {
        var machine = Self.machine()
        _ = machine.received(try Self.request(1))
        guard case .abandon(1, let status) = machine.received(Self.frame(1, .data)) else {
            Issue.record("not abandoned")
            return
        }
        #expect(status.code == .invalidArgument)
        Self.finish(1, of: &machine, isWanted: false)
    }

    @Test func anOversizedMessageIsAnsweredOnItsStream() throws {
        var machine = Self.machine()
        let header = FrameHeader(length: 5 << 20, streamID: 9, type: .request, flags: [])
        let (id, status) = try #require(Self.refusal(machine.received(.oversized(header))))
        #expect(id == 9)
        #expect(status.code == .resourceExhausted)
    }

    @Test func callsOverTheLimitAreRefusedUntilOneEnds() throws {
        var machine = Self.machine(maximumCalls: 2)
        _ = machine.received(try Self.request(1))
        _ = machine.received(try Self.request(3))
        #expect(Self.refusal(machine.received(try Self.request(5)))?.1.code == .resourceExhausted)
        Self.finish(1, of: &machine, isWanted: true)
        guard case .start(7, _, _) = machine.received(try Self.request(7)) else {
            Issue.record("not started")
            return
        }
    }

    @Test func aDrainingConnectionTakesNoCallsAndIsFinishedWithItsLast() throws {
        var machine = Self.machine()
        _ = machine.received(try Self.request(1))
        #expect(!machine.isFinished)
        machine.drain()
        #expect(!machine.isFinished)
        #expect(Self.refusal(machine.received(try Self.request(3)))?.1.code == .unavailable)
        Self.finish(1, of: &machine, isWanted: true)
        #expect(machine.isFinished)
    }

    @Test func aHalfOpenConnectionIsFinishedWithItsLastAnswer() throws {
        var machine = Self.machine()
        _ = machine.received(try Self.request(1))
        machine.inputClosed()
        #expect(!machine.isFinished)
        Self.finish(1, of: &machine, isWanted: true)
        #expect(machine.isFinished)
    }

    @Test func aLostConnectionGivesItsCallsUp() throws {
        var machine = Self.machine()
        _ = machine.received(try Self.request(1))
        _ = machine.received(try Self.request(3))
        let lost = machine.connectionClosed()
        #expect(lost == [1, 3])
        Self.finish(1, of: &machine, isWanted: false)
    }
}
