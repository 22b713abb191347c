import Foundation
import OCISpec
import Testing

extension Integration {
    /// The annotation `martlet.dev/trace`.
    @Suite(.needsInstalledTree)
    struct TraceAnnotationTests {
        private static let annotation = "martlet.dev/trace"

        private func run(_ runtime: RuntimeFixture, _ place: String, _ arguments: [String]) async throws -> Outcome {
            let path = try await runtime.bundle("c1", arguments) {
                $0.annotations = [Self.annotation: place]
                $0.root?.readonly = false
            }
            return try await runtime.martlet("run", "--bundle", path, "c1")
        }

        @Test(.leavesNothing) func theCallsOfAContainersModuleAreOnItsStandardError() async throws {
            let printed = try await container(.guest("tool.wasm")).annotation(Self.annotation, "stderr")
                .args("print", "hello").run()
            #expect(printed.status == 0 && printed.stdout == "hello\n", "\(printed)")
            #expect(printed.stderr.contains("fd_write(1, [\"hello\", \"\\n\"], [5]) = 0 <0."), "\(printed)")
            let ended = try await container(.guest("tool.wasm")).annotation(Self.annotation, "").args("exit", "7").run()
            #expect(ended.status == 7 && ended.stderr.contains("proc_exit(7)"), "\(ended)")
            // What is no module runs as if nothing had been said.
            let native = try await container(.busybox).annotation(Self.annotation, "stderr").args("echo", "native")
                .run()
            #expect(native.status == 0 && native.stdout == "native\n" && native.stderr == "", "\(native)")
        }

        @Test func aFileOfTheContainerTakesThem() async throws {
            try await RuntimeFixture.run { runtime in
                let ran = try await run(runtime, "/calls", ["/tool.wasm", "print", "hello"])
                #expect(ran.status == 0 && ran.stdout == "hello\n" && ran.stderr == "", "\(ran)")
                let calls = try String(contentsOfFile: "\(runtime.folder)/c1/rootfs/calls", encoding: .utf8)
                #expect(calls.contains("fd_write(1, [\"hello\", \"\\n\"], [5]) = 0 <0."), "\(calls)")
            }
        }

        /// As the container's user, who may not write everywhere, and not on the node.
        @Test func aFileThatCanNotBeWrittenIsToldAndTheModuleDoesNotRun() async throws {
            try await RuntimeFixture.run { runtime in
                let ran = try await run(runtime, "/none/calls", ["/tool.wasm", "print", "hello"])
                #expect(ran.status == 126 && ran.stdout == "", "\(ran)")
                #expect(ran.stderr.contains(Self.annotation) && ran.stderr.contains("/none/calls"), "\(ran)")
            }
        }

        @Test func processesOfExecAreNotTraced() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", ["/tool.wasm", "sleep"]) { $0.annotations = [Self.annotation: "stderr"] }
                try await eventually("its output") { try runtime.output("c1") == "ready\n" }
                let exec = try await runtime.martlet("exec", "c1", "/tool.wasm", "print", "hello")
                #expect(exec.status == 0 && exec.stdout == "hello\n" && exec.stderr == "", "\(exec)")
                let calls = try String(contentsOfFile: "\(runtime.folder)/c1.err", encoding: .utf8)
                #expect(calls.contains("fd_write(1, [\"ready\""), "\(calls)")
                try await runtime.end("c1")
            }
        }

        @Test(arguments: ["component.wasm", "serve.wasm"])
        func componentsAreRefusedByTheAnnotationsName(guest: String) async throws {
            try await RuntimeFixture.run { runtime in
                let ran = try await run(runtime, "stderr", ["/\(guest)"])
                #expect(ran.status == 1 && ran.stderr.contains(Self.annotation), "\(ran)")
                #expect(ran.stderr.contains("only the calls of modules can be traced"), "\(ran)")
            }
        }

        @Test func whatIsServedIsRefused() async throws {
            try await RuntimeFixture.run { runtime in
                let path = try await runtime.bundle("c1", ["/cgi.wasm"]) {
                    $0.annotations = [Self.annotation: "stderr", "martlet.dev/http-module": "wagi"]
                }
                let ran = try await runtime.martlet("run", "--bundle", path, "c1")
                #expect(ran.status == 1 && ran.stderr.contains(Self.annotation), "\(ran)")
                #expect(ran.stderr.contains("answers HTTP requests"), "\(ran)")
            }
        }

        @Test func aWrongValueIsRefusedWithWhatWouldBeRight() async throws {
            try await RuntimeFixture.run { runtime in
                let ran = try await run(runtime, "loud", ["/hello.wasm"])
                #expect(ran.status == 1 && ran.stderr.contains("annotations[\"martlet.dev/trace\"]"), "\(ran)")
                #expect(ran.stderr.contains("expected stderr, or the absolute path"), "\(ran)")
            }
        }
    }
}
