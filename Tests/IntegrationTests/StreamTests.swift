import Foundation
import Testing

extension Integration {
    /// stdin, stdout and stderr, through containerd's FIFOs.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct StreamTests {
        private let tool = container(.guest("tool.wasm"))

        @Test func stdinReachesTheGuestAndEnds() async throws {
            let text = (0..<10_000).map { "line \($0)\n" }.joined()
            let outcome = try await tool.args("cat").stdin(text).run()
            #expect(outcome.stdout == text)
            #expect(outcome.status == 0)
        }

        @Test func stderrIsApartFromStdout() async throws {
            let outcome = try await tool.args("complain", "it hurts").run()
            #expect(outcome.stdout == "")
            #expect(outcome.stderr.contains("it hurts\n"))
        }

        @Test func linesOfAMegabyteArriveWhole() async throws {
            let outcome = try await tool.args("lines", "20", "1048576").run()
            let lines = outcome.stdout.split(separator: "\n")
            #expect(lines.count == 20)
            #expect(lines.allSatisfy { $0.utf8.count == 1_048_575 })
        }

        @Test func nothingIsLostWhenAGuestEndsAtOnce() async throws {
            for _ in 0..<20 {
                #expect(try await tool.args("print", "last words").run().stdout == "last words\n")
            }
        }

        /// The log files of many native programs: the container's streams, by their paths in /dev and /proc.
        @Test func nativeProgramsOpenTheirStreamsByPath() async throws {
            let script = """
                echo a > /dev/stdout; echo b >> /proc/self/fd/1; echo c > /dev/stderr; busybox cat < /dev/stdin
                """
            let outcome = try await container(.busybox).args("sh", "-c", script).stdin("d\n").run()
            #expect(outcome.stdout == "a\nb\nd\n", "\(outcome.stderr)")
            #expect(outcome.stderr == "c\n")
        }

        @Test func aTerminalTurnsLineFeedsIntoReturns() async throws {
            // script gives ctr the terminal that it asks for, which puts a return of its own before each line feed, and
            // shows the NUL that script types when its input ends (as ^@); both are so with runc too.
            let containerd = try await PrivateContainerd.shared
            let id = await containerd.newID()
            let image = try await containerd.name(of: .guest("tool.wasm"))
            let line =
                "ctr --address \(containerd.socket) -n \(containerd.namespace) run --rm --tty "
                + "--fifo-dir \(containerd.fifos) --runtime io.containerd.martlet.v1 \(image) \(id) "
                + "/tool.wasm print shown"
            let outcome = try await Command(
                "/usr/bin/script", ["--quiet", "--return", "--command", line, "/dev/null"],
                environment: ["PATH": "/usr/bin:/bin:/usr/sbin", "TERM": "dumb"], input: Data()
            ).outcome()
            // Bytes, since a return and a line feed are one character together.
            #expect(Data(outcome.stdout.utf8).range(of: Data("shown\r\r\n".utf8)) != nil, "\(outcome.stdout.utf8)")
            #expect(outcome.status == 0)
        }
    }
}
