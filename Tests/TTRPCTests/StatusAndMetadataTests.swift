import Testing

@testable import TTRPC

@Suite struct StatusAndMetadataTests {
    private struct Odd: Error, CustomStringConvertible {
        var description: String { "odd thing" }
    }

    @Test func aStatusThatAHandlerThrowsIsAnsweredAsItIs() {
        let status = TTRPCStatus(.notFound, "no such task")
        #expect(TTRPCStatus(ofHandlerError: status, deadlinePassed: true) == status)
    }

    @Test func anotherErrorIsUnknownWithItsDescription() {
        #expect(TTRPCStatus(ofHandlerError: Odd(), deadlinePassed: false) == TTRPCStatus(.unknown, "odd thing"))
    }

    @Test func aCancelledHandlerIsDeadlineExceededOnlyAfterItsDeadline() {
        #expect(TTRPCStatus(ofHandlerError: CancellationError(), deadlinePassed: true).code == .deadlineExceeded)
        #expect(TTRPCStatus(ofHandlerError: CancellationError(), deadlinePassed: false).code == .cancelled)
    }

    @Test func aThrownStatusThatSaysOkIsNoSuccess() {
        #expect(TTRPCStatus(ofHandlerError: TTRPCStatus(.ok, ""), deadlinePassed: false).code == .internal)
    }

    @Test(arguments: TTRPCCode.allCases.filter { $0 != .ok })
    func aStatusSurvivesTheWire(code: TTRPCCode) {
        let status = TTRPCStatus(code, "why")
        #expect(TTRPCStatus(wire: status.wire) == status)
    }

    @Test func aCodeThatIsNotDefinedIsUnknownAndIsNamed() throws {
        var wire = Google_Rpc_Status()
        wire.code = 99
        let status = try #require(TTRPCStatus(wire: wire))
        #expect(status.code == .unknown)
        #expect(status.message.contains("99"))
    }

    @Test func metadataKeysAreCaseInsensitiveAndKeepAllTheirValues() {
        var metadata: TTRPCMetadata = ["Key": "1"]
        metadata.append("2", for: "kEY")
        #expect(metadata["KEY"] == "1")
        #expect(metadata.values(for: "key") == ["1", "2"])
        #expect(metadata["other"] == nil)
        #expect(TTRPCMetadata(wire: metadata.wire) == metadata)
    }
}
