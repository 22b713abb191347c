import SystemPackage
import Testing

@testable import ShimBench

@Suite struct ChildProcessTests {
    @Test func aProgramHasItsFolderItsEnvironmentAndOnePipeForBothOutputs() throws {
        let outcome = try ChildProcess(
            program: "/bin/sh", arguments: ["-c", "pwd; echo $WORD >&2; cat; exit 3"], environment: ["WORD": "word"],
            folder: "/usr/share"
        ).run()
        #expect(outcome.output == "/usr/share\nword\n")
        #expect(outcome.status == 3)
    }

    @Test func aSignalIsReportedAsAShellDoes() throws {
        #expect(try ChildProcess(program: "/bin/sh", arguments: ["-c", "kill -9 $$"]).run().status == 137)
    }

    @Test func aFailureCarriesTheWordsOfTheProgram() {
        let child = ChildProcess(program: "/bin/sh", arguments: ["-c", "echo no space left; exit 1"])
        let error = #expect(throws: BenchError.self) { try child.succeed() }
        #expect(error?.code == .program)
        #expect(error?.message.contains("no space left") == true)
    }

    @Test func aProgramThatIsNotThereIsNamed() {
        let error = #expect(throws: BenchError.self) {
            try ChildProcess(program: "/nowhere/shim", arguments: []).run()
        }
        #expect(error?.message.contains("/nowhere/shim") == true)
        #expect(error?.errno == .noSuchFileOrDirectory)
    }

    @Test func aProgramThatIsNotDoneInTimeIsEnded() {
        let child = ChildProcess(program: "/bin/sleep", arguments: ["3600"], seconds: 0)
        #expect(throws: BenchError.self) { try child.run() }
    }
}
