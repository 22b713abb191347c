import Foundation
import Testing

extension Integration {
    /// `martlet trace`
    @Suite(.needsInstalledTree)
    struct TraceTests {
        private func guest(_ name: String) -> String { "\(Requirement.guests ?? "")/\(name)" }

        private func trace(_ runtime: RuntimeFixture, _ words: String...) async throws -> Outcome {
            try await Command(
                RuntimeFixture.program,
                ["--root", runtime.root, "trace", "--name", "\(runtime.name)-1"] + words,
                environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
        }

        @Test func callsAreWrittenWithArgumentsAndResults() async throws {
            try await RuntimeFixture.run { runtime in
                let text = try await trace(runtime, guest("hello.wat"))
                #expect(text.status == 0 && text.stdout == "hello from WAT\n", "\(text)")
                #expect(
                    text.stderr.hasPrefix("fd_write(1, [\"hello from WAT\\n\"], [15]) = 0 <0."), "\(text.stderr)")

                let folder = try HostFolder()
                try "shared\n".write(toFile: "\(folder.path)/file", atomically: true, encoding: .utf8)
                let read = try await trace(
                    runtime, "--dir", "\(folder.path)::/data:ro", guest("tool.wasm"), "read", "/data/file")
                #expect(read.status == 0 && read.stdout == "shared\n", "\(read)")
                for part in ["path_open(", "\"data/file\"", "\"shared\\n\"", "fd_prestat_get(3, [{DIR, 1}])"] {
                    #expect(read.stderr.contains(part), "\(part) in \(read.stderr)")
                }
                let missing = try await trace(runtime, guest("tool.wasm"), "read", "/none")
                #expect(missing.status == 1 && missing.stderr.contains("= 44 NOENT <"), "\(missing)")
            }
        }

        @Test func theStatusOfTheModuleIsKept() async throws {
            try await RuntimeFixture.run { runtime in
                let exit = try await trace(runtime, guest("tool.wasm"), "exit", "7")
                #expect(exit.status == 7 && exit.stderr.contains("proc_exit(7) = ? <"), "\(exit)")
                let trap = try await trace(runtime, guest("tool.wasm"), "trap")
                #expect(trap.status == 134 && trap.stderr.contains("wasm backtrace"), "\(trap)")
                let rust = try await trace(runtime, guest("hello-rust.wasm"))
                #expect(rust.status == 0 && rust.stderr.contains("fd_write(1, ["), "\(rust)")
            }
        }

        @Test func aSummaryCountsAndAFileTakesTheCalls() async throws {
            try await RuntimeFixture.run { runtime in
                let calls = "\(runtime.folder)/calls"
                let summary = try await trace(runtime, "--summary", "--output", calls, guest("hello.wasm"))
                #expect(summary.status == 0 && !summary.stderr.contains("fd_write"), "\(summary)")
                let table = try String(contentsOfFile: calls, encoding: .utf8)
                #expect(table.hasPrefix("% time     seconds     calls    errors  call\n"))
                #expect(table.contains("  fd_write\n") && !table.contains("("), "\(table)")
            }
        }

        @Test func componentsAreRefused() async throws {
            try await RuntimeFixture.run { runtime in
                for name in ["component.wasm", "serve.wasm"] {
                    let outcome = try await trace(runtime, guest(name))
                    #expect(outcome.status == 1 && outcome.stderr.contains("only the calls of modules"), "\(outcome)")
                }
                let bad = try await trace(runtime, guest("unknown-import.wat"))
                #expect(bad.status == 1 && bad.stderr.contains("nowhere.missing_function"), "\(bad)")
            }
        }
    }
}
