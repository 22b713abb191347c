import Foundation
import Testing

extension Integration {
    /// `martlet run --debug`
    @Suite(.needsInstalledTree)
    struct DebugTests {
        private func debug(_ runtime: RuntimeFixture, _ words: String...) throws -> Command {
            try Command(
                RuntimeFixture.program,
                ["--root", runtime.root, "run", "--name", "\(runtime.name)-1", "--debug"] + words,
                environment: ["PATH": "/usr/bin:/bin"])
        }

        private var words: String { "\(Requirement.guests ?? "")/words.wasm" }

        /// As the command says it is to be attached.
        @Test(.needsGDB) func gdbKnowsFunctionsLinesAndVariables() async throws {
            try await RuntimeFixture.run { runtime in
                let running = try debug(runtime, words, "10")
                try await eventually("how gdb is attached") {
                    if running.hasEnded { throw FixtureError(description: "\(await running.outcome())") }
                    return running.stderrSoFar.contains("then continue")
                }
                #expect(running.stdoutSoFar == "")
                let line = try #require(
                    running.stderrSoFar.split(separator: "\n").first { $0.hasPrefix("  gdb ") }
                ).dropFirst("  gdb ".count)
                let script = """
                    exec gdb -q -nx -batch -ex 'break words.c:31' -ex continue -ex 'backtrace 2' -ex 'print word' -ex delete \
                    -ex continue \(line)
                    """
                // gdb waits for SIGCHLD, which is blocked in threads of this process, and so in what they start.
                let unblock =
                    "signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv('/bin/sh', ['sh', '-c', sys.argv[1]])"
                let gdb = try await Command(
                    "/usr/bin/python3", ["-c", "import os, signal, sys; " + unblock, script],
                    environment: ["PATH": "/usr/bin:/bin", "HOME": runtime.folder]
                ).outcome(within: 120)
                #expect(gdb.stdout.contains("count_words (words="), "\(gdb)")
                #expect(gdb.stdout.contains("main_argc_argv") && gdb.stdout.contains("words.c:46"), "\(gdb)")
                // What it begins with.
                #expect(gdb.stdout.contains("$1 = 3967065"), "\(gdb)")
                let outcome = await running.outcome()
                #expect(outcome.status == 0 && outcome.stdout == "10 words\n", "\(outcome)")
            }
        }

        @Test func aSignalEndsTheWaitAndNothingIsLeft() async throws {
            try await RuntimeFixture.run { runtime in
                let running = try debug(runtime, words, "10")
                try await eventually("its wait") { running.stderrSoFar.contains("then continue") }
                kill(running.pid, SIGTERM)
                let outcome = await running.outcome()
                #expect(outcome.status == 1 && outcome.stderr.contains("interrupted before"), "\(outcome)")
            }
        }

        @Test func whoEndsTheWaitIsToldAndNothingIsLeft() async throws {
            try await RuntimeFixture.run { runtime in
                let running = try debug(runtime, words, "10")
                try await eventually("its wait") { running.stderrSoFar.contains("then continue") }
                let pid = try #require(
                    running.stderrSoFar.firstMatch(of: /in process ([0-9]+):/).flatMap { pid_t($0.output.1) })
                kill(pid, SIGKILL)
                let outcome = await running.outcome()
                #expect(outcome.status == 1 && outcome.stderr.contains("before a debugger was attached"), "\(outcome)")
            }
        }
    }
}
