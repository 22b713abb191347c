import Foundation
import Testing

extension Integration {
    /// The main road: an image FROM scratch whose entrypoint is a module, through `ctr`.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct HelloTests {
        @Test(arguments: [
            ("hello.wasm", "C"), ("hello-rust.wasm", "Rust"), ("hello-go.wasm", "Go"),
            ("component.wasm", "a component"),
        ])
        func aGuestSeesItsArgumentsItsVariablesAndItsFiles(name: String, language: String) async throws {
            let file = try HostFile("{\"answer\": 42}\n")
            let outcome = try await container(.guest(name)).args("one", "two words")
                .env("HELLO_FILE=/etc/config.json", "GREETING=good day").mount(file.path, at: "/etc/config.json", "ro")
                .run()
            #expect(outcome.stderr == "")
            #expect(outcome.status == 0)
            let lines = outcome.stdout.split(separator: "\n").map(String.init)
            #expect(lines.first == "hello from \(language)")
            #expect(lines.filter { $0.hasPrefix("arg: ") } == ["arg: /\(name)", "arg: one", "arg: two words"])
            #expect(lines.contains("env: GREETING=good day"))
            #expect(lines.contains("file: {\"answer\": 42}"))
        }

        /// `ctr` adds PATH where the image has none; nothing else may come from the machine.
        @Test func theEnvironmentIsTheSpecificationsAndNothingElse() async throws {
            let outcome = try await container(.guest("hello.wasm")).env("ONLY=this").run()
            let names = outcome.stdout.split(separator: "\n").filter { $0.hasPrefix("env: ") }
                .compactMap { $0.dropFirst(5).split(separator: "=").first.map(String.init) }
            #expect(Set(names).subtracting(["PATH", "TERM", "HOSTNAME", "HOME"]) == ["ONLY"])
        }

        @Test(arguments: ["hello-wat.wasm", "hello.wat"])
        func aModuleRunsAsBinaryAndAsText(name: String) async throws {
            let outcome = try await container(.guest(name)).run()
            #expect(outcome.stdout == "hello from WAT\n")
            #expect(outcome.status == 0)
        }

        @Test func anExportedFunctionIsNamedAfterAHash() async throws {
            let outcome = try await container(.guest("hello-wat.wasm")).command("/hello-wat.wasm#greet").run()
            #expect(outcome.stdout == "greetings from WAT\n")
            #expect(outcome.status == 0)
        }

        @Test func theSymlinkServesTheNameOfTheOtherRuntime() async throws {
            let outcome = try await container(.guest("hello.wasm")).runtime("io.containerd.wasmtime.v1").run()
            #expect(outcome.stdout.hasPrefix("hello from C\n"))
        }

        @Test func aNativeEntrypointRunsToo() async throws {
            let outcome = try await container(.busybox).args("sh", "-c", "echo native; exit 5").run()
            #expect(outcome.stdout == "native\n")
            #expect(outcome.status == 5)
        }
    }
}
