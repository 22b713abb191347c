import ShimCommand
import Testing

struct ArgumentsTests {
    @Test func containerdsCommandLineIsRead() throws {
        let arguments = try Arguments([
            "-namespace", "k8s.io", "-address", "/run/c.sock", "-publish-binary", "/usr/bin/containerd", "-id", "c1",
            "-debug", "start",
        ])
        #expect(arguments.namespace == "k8s.io" && arguments.address == "/run/c.sock" && arguments.id == "c1")
        #expect(arguments.debug && arguments.action == .start)
    }

    @Test(arguments: [["-id=c1"], ["--id", "c1"], ["--id=c1"], ["-id", "c1"], ["-debug=false", "-id", "c1"]])
    func flagsMayBeWrittenInEachOfGosWays(words: [String]) throws {
        let arguments = try Arguments(words)
        #expect(arguments.id == "c1" && !arguments.debug && arguments.action == nil)
    }

    @Test(arguments: [["-nope"], ["-id"], ["-debug=maybe"], ["---id", "x"], ["stop"]])
    func whatIsNotKnownIsRefused(words: [String]) {
        #expect(throws: UsageError.self) { try Arguments(words) }
    }

    @Test func whatFollowsTheActionIsNotRead() throws {
        #expect(try Arguments(["-id", "c1", "delete", "-nope"]).action == .delete)
    }
}
