import Foundation
import Testing

extension Integration {
    /// `martlet profile`
    @Suite(.needsInstalledTree)
    struct ProfileCommandTests {
        private func guest(_ name: String) -> String { "\(Requirement.guests ?? "")/\(name)" }

        /// In the test's own folder.
        private func command(_ runtime: RuntimeFixture, _ words: [String]) throws -> Command {
            try Command(
                "/bin/sh",
                [
                    "-c", "cd \"$0\" && exec \"$@\"", runtime.folder, RuntimeFixture.program, "--root", runtime.root,
                    "profile", "--name", "\(runtime.name)-1",
                ] + words, environment: ["PATH": "/usr/bin:/bin"])
        }

        /// Whether the guest runs, and the thread that has it sampled.
        private func isSampled(_ runtime: RuntimeFixture) async -> Bool {
            guard let pid = try? await runtime.state("\(runtime.name)-1").pid else { return false }
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            return threads.contains { thread in
                (try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/comm", encoding: .utf8)) == "sampler\n"
            }
        }

        /// How many samples a profile has.
        private func samples(_ path: String) throws -> Int {
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
            let threads = try #require((json as? [String: Any])?["threads"] as? [[String: Any]])
            let samples = try #require(threads.first?["samples"] as? [String: Any])
            return try #require(samples["length"] as? Int)
        }

        @Test func theSlowFunctionIsFound() async throws {
            try await RuntimeFixture.run { runtime in
                let svg = "\(runtime.folder)/words.svg"
                let outcome = try await command(runtime, ["--svg", svg, guest("words.wasm"), "30000"]).outcome()
                #expect(outcome.status == 0 && outcome.stdout == "29974 words\n", "\(outcome)")
                let lines = outcome.stderr.split(separator: "\n")
                #expect(lines.first?.contains(" samples in ") == true, "\(outcome)")
                // The first of the functions, under the heads of the columns.
                #expect(lines.dropFirst(2).first?.hasSuffix("  is_known") == true, "\(outcome)")
                #expect(try samples("\(runtime.folder)/words.wasm.profile.json") > 0)
                let graph = try String(contentsOfFile: svg, encoding: .utf8)
                #expect(graph.hasPrefix("<?xml") && graph.hasSuffix("</svg>\n"))
                for name in ["<title>is_known: ", "<title>count_words: ", ">words.wasm: "] {
                    #expect(graph.contains(name), "\(name)")
                }
            }
        }

        @Test func theStatusOfTheModuleIsKept() async throws {
            try await RuntimeFixture.run { runtime in
                let output = "\(runtime.folder)/samples"
                let exit = try await command(runtime, ["-o", output, guest("tool.wasm"), "exit", "7"]).outcome()
                #expect(exit.status == 7 && FileManager.default.fileExists(atPath: output), "\(exit)")
                let trap = try await command(runtime, ["-o", output, guest("words.wasm"), "trap"]).outcome()
                #expect(trap.status == 134 && trap.stderr.contains("samples: \(output)"), "\(trap)")
            }
        }

        /// Its own code is running, or it waits in the host: both are interrupted.
        @Test(arguments: ["spin", "sleep"])
        func anInterruptedRunHasAProfile(word: String) async throws {
            try await RuntimeFixture.run { runtime in
                let output = "\(runtime.folder)/samples"
                let running = try command(runtime, ["-o", output, guest("tool.wasm"), word])
                try await eventually("the guest to be sampled") { await isSampled(runtime) }
                kill(running.pid, SIGINT)
                let outcome = await running.outcome()
                #expect(outcome.status == 130, "\(outcome)")
                #expect(try samples(output) >= 0)
            }
        }

        @Test func componentsAreRefused() async throws {
            try await RuntimeFixture.run { runtime in
                for name in ["component.wasm", "serve.wasm"] {
                    let outcome = try await command(runtime, [guest(name)]).outcome()
                    #expect(
                        outcome.status == 1 && outcome.stderr.contains("only modules can be profiled"), "\(outcome)")
                }
            }
        }
    }
}
