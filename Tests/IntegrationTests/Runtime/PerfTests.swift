import Foundation
import Testing

extension Integration {
    /// `martlet run --perf`
    @Suite(.needsInstalledTree)
    struct PerfTests {
        private func guest(_ name: String) -> String { "\(Requirement.guests ?? "")/\(name)" }

        /// The files of a folder with such a name that tell of a function which no other test has told perf of.
        private func files(_ folder: String, _ begin: String, _ end: String) -> Set<String> {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return Set(
                names.filter { name in
                    name.hasPrefix(begin) && name.hasSuffix(end)
                        && FileManager.default.contents(atPath: "\(folder)/\(name)")?
                            .range(of: Data("is_known".utf8)) != nil
                })
        }

        /// In the test's own folder.
        private func run(_ runtime: RuntimeFixture, _ words: String...) async throws -> Outcome {
            try await Command(
                "/bin/sh",
                [
                    "-c", "cd \"$0\" && exec \"$@\"", runtime.folder, RuntimeFixture.program, "--root", runtime.root,
                    "run", "--name", "\(runtime.name)-1", "--perf",
                ] + words, environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
        }

        @Test func perfIsToldOfTheFunctions() async throws {
            try await RuntimeFixture.run { runtime in
                let before = files("/tmp", "perf-", ".map")
                let map = try await run(runtime, "map", guest("words.wasm"), "10")
                #expect(map.status == 0 && map.stdout == "10 words\n", "\(map)")
                let made = files("/tmp", "perf-", ".map").subtracting(before)
                #expect(made.count == 1)
                for name in made { try FileManager.default.removeItem(atPath: "/tmp/\(name)") }

                let dump = try await run(runtime, "jitdump", guest("words.wasm"), "10")
                #expect(dump.status == 0 && dump.stdout == "10 words\n", "\(dump)")
                #expect(files(runtime.folder, "jit-", ".dump").count == 1)
            }
        }

        /// Components too; what serves needs a program that perf is told nothing of.
        @Test func componentsRunSoAndServersAreRefused() async throws {
            try await RuntimeFixture.run { runtime in
                let component = try await run(runtime, "jitdump", guest("component.wasm"))
                #expect(component.status == 0, "\(component)")
                let server = try await run(runtime, "jitdump", guest("serve.wasm"))
                #expect(server.status == 1 && server.stderr.contains("not served here"), "\(server)")
            }
        }
    }
}
