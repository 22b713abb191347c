import Foundation
import Testing

extension Integration {
    /// What cannot be run gets an error that names the thing, and leaves nothing.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct RefusalTests {
        /// A failed RPC is `ctr`'s status 1 and its words.
        private func refuses(_ container: Container, naming words: String...) async throws {
            let outcome = try await container.run()
            #expect(outcome.status != 0)
            #expect(outcome.stdout == "")
            for word in words { #expect(outcome.stderr.contains(word), "no '\(word)' in: \(outcome.stderr)") }
        }

        @Test func aModuleThatIsNotThere() async throws {
            try await refuses(container(.guest("tool.wasm")).command("/nowhere.wasm"), naming: "/nowhere.wasm")
        }

        @Test func aFileThatIsNoModule() async throws {
            try await refuses(container(.guest("not-a-module.wasm")), naming: "/not-a-module.wasm")
        }

        @Test func aModuleThatIsCutOff() async throws {
            try await refuses(container(.guest("truncated.wasm")), naming: "/truncated.wasm")
        }

        @Test func anImportThatNoHostHas() async throws {
            try await refuses(container(.guest("unknown-import.wat")), naming: "nowhere", "missing_function")
        }

        @Test func aModuleWithoutAStart() async throws {
            try await refuses(container(.guest("no-start.wat")), naming: "/no-start.wat", "_start")
        }

        @Test func aFunctionThatIsNotExported() async throws {
            try await refuses(
                container(.guest("hello-wat.wasm")).command("/hello-wat.wasm#absent"), naming: "absent")
        }

        @Test func aFunctionThatWantsArguments() async throws {
            try await refuses(container(.guest("hello-wat.wasm")).command("/hello-wat.wasm#add"), naming: "add")
        }

        @Test func aBindMountWithoutASource() async throws {
            try await refuses(
                container(.guest("hello.wasm")).mount("/nowhere/config.json", at: "/etc/config.json"),
                naming: "/nowhere/config.json")
        }

        @Test func aWorkingDirectoryBelowAFile() async throws {
            try await refuses(container(.guest("hello.wasm")).cwd("/hello.wasm/below"), naming: "/hello.wasm/below")
        }

        @Test func aNamespaceThatIsNotThere() async throws {
            try await refuses(
                container(.guest("hello.wasm")).option("--with-ns", "network:/run/nowhere"), naming: "/run/nowhere")
        }

        @Test func aNativeProgramThatIsNotThere() async throws {
            try await refuses(container(.busybox).command("/bin/nothing"), naming: "/bin/nothing")
        }
    }
}
