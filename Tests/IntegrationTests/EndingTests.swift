import Foundation
import Testing

extension Integration {
    /// How a guest ends, and what containerd is told.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct EndingTests {
        private let tool = container(.guest("tool.wasm"))
        private let component = container(.guest("component.wasm"))

        @Test(arguments: [0, 1, 7, 125])
        func anExitCodeIsTold(code: Int32) async throws {
            #expect(try await tool.args("exit", "\(code)").run().status == code)
        }

        @Test(arguments: ["trap", "overflow"])
        func aTrapEndsWith134AndABacktrace(command: String) async throws {
            let outcome = try await tool.args(command).run()
            #expect(outcome.status == 134)
            #expect(outcome.stderr.contains("wasm backtrace"))
        }

        @Test func aBacktraceHasLinesOfTheSourceWhereThereIsDWARF() async throws {
            let outcome = try await container(.guest("words.wasm")).args("trap").run()
            #expect(outcome.status == 134)
            let lines = outcome.stderr.split(separator: "\n")
            let stop = try #require(lines.firstIndex { $0.hasSuffix(" - words.wasm!stop") }, "\(outcome)")
            #expect(lines[stop + 1] == "       at ./words.c:36:5", "\(outcome)")
        }

        @Test func aTrapInANamedFunctionNamesItInTheBacktrace() async throws {
            let outcome = try await container(.guest("hello-wat.wasm")).command("/hello-wat.wasm#fail").run()
            #expect(outcome.status == 134)
            #expect(outcome.stderr.contains("inner"))
        }

        @Test(arguments: [("run-error", Int32(1)), ("exit-error", 1), ("exit-ok", 0), ("trap", 134)])
        func aComponentEndsAsItSays(command: String, status: Int32) async throws {
            #expect(try await component.args(command).run().status == status)
        }

        @Test(arguments: ["sleep", "spin"], [("SIGTERM", Int32(143)), ("SIGINT", 130), ("SIGKILL", 137)])
        func aSignalEndsAGuestThatWaitsOrComputes(command: String, signal: (name: String, status: Int32)) async throws {
            let running = try await tool.args(command).start()
            try await running.says("ready")
            try await running.kill(signal.name)
            #expect(await running.finished().status == signal.status)
        }

        /// The kernel drops what init has no handler for, unless it comes from outside and can't be dropped.
        @Test func aSignalThatIsIgnoredByDefaultDoesNotEndAGuest() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            try await running.kill("SIGWINCH")
            let guest = ProcessFacts(pid: try await running.pid)
            #expect(guest.isAlive)
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
        }
    }
}
