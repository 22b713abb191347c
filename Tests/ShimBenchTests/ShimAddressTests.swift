import ContainerdAPI
import Testing

@testable import ShimBench

@Suite struct ShimAddressTests {
    @Test func aPlainAddressSpeaksTheSecondDialect() throws {
        let address = try ShimAddress(answer: "unix:///run/containerd/s/abc\n")
        #expect(address.address == "unix:///run/containerd/s/abc")
        #expect(address.path == "/run/containerd/s/abc")
        #expect(address.dialect == .v2)
    }

    @Test func theVersionOfAnAnswerInJSONNamesTheDialect() throws {
        let second = #"{"version":2,"address":"unix:///s","protocol":"ttrpc"}"#
        let third = #"{"version":3,"address":"unix:///s","protocol":"ttrpc"}"#
        #expect(try ShimAddress(answer: second).dialect == .v2)
        #expect(try ShimAddress(answer: third).dialect == .v3)
    }

    @Test(arguments: ["", "{", "warning: no cache\nunix:///s", "/run/s"])
    func anythingElseIsRefusedWithTheAnswer(answer: String) {
        let error = #expect(throws: BenchError.self) { try ShimAddress(answer: answer) }
        #expect(error?.code == .shimAnswer)
        #expect(error?.message.contains(answer) == true)
    }
}
