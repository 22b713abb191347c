import Foundation
import Testing

extension Integration {
    /// Components that are made one when their container is made.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct CompositionTests {
        private static let annotation = "martlet.dev/components"

        @Test(arguments: ["serve.wasm", "/serve.wasm"])
        func aRequestPassesThroughOneComponentToAnother(path: String) async throws {
            let gate = container(.guest("gate.wasm", "serve.wasm")).annotation(Self.annotation, path)
            try await Service.start(gate).whileServing { service in
                let connection = try service.connect()
                #expect(try connection.get("/hello").status == 401)
                let passed = try connection.get("/hello", "X-Token: 1")
                #expect(passed.status == 200 && passed.text == "hello\n" && passed.fields["x-guest"] == "serve")
                try connection.send("POST /echo HTTP/1.1", "Host: a", "X-Token: 1", "Content-Length: 4", "", "ping")
                #expect(try connection.response().text == "ping")
                // One that traps costs its own request only.
                #expect(try service.connect().get("/trap", "X-Token: 1").status == 500)
                #expect(try service.connect().get("/hello").status == 401)
            }
        }

        @Test func anAnnotationOfAnotherContainerOfThePodIsNotForThis() async throws {
            let other = container(.guest("tool.wasm")).args("exit", "7")
                .annotation("io.kubernetes.cri.container-name", "tool")
            #expect(try await other.annotation("\(Self.annotation).gate", "serve.wasm").run().status == 7)
            // That of the whole pod is for its components.
            #expect(try await other.annotation(Self.annotation, "serve.wasm").run().status == 7)
            let meant = try await other.annotation("\(Self.annotation).tool", "serve.wasm").run()
            #expect(
                meant.status == 1 && meant.stderr.contains("martlet.dev/components.tool: /tool.wasm: found a module"))
        }

        @Test(arguments: [
            ("none.wasm", "martlet.dev/components: none.wasm: no such file"),
            ("tool.wasm", "martlet.dev/components: tool.wasm: found a module; expected a component"),
            (
                "serve.wasm, component.wasm",
                "component.wasm exports nothing that the other components import: it exports wasi:cli/run@0.2.0"
            ),
            ("not-a-module.wasm", "martlet.dev/components: not-a-module.wasm: "),
        ])
        func whatCanNotBeComposedIsNamed(components: String, expected: String) async throws {
            let image = Image.guest("gate.wasm", "serve.wasm", "tool.wasm", "component.wasm", "not-a-module.wasm")
            let outcome = try await container(image).annotation(Self.annotation, components).run()
            #expect(outcome.status == 1 && outcome.stderr.contains(expected), "\(outcome.stderr)")
        }

        @Test func whatNobodyExportsIsNamed() async throws {
            // Without the component that it wants.
            let outcome = try await container(.guest("gate.wasm")).run()
            #expect(outcome.status == 1)
            #expect(outcome.stderr.contains("wasi:http/incoming-handler@0.2.0"), "\(outcome.stderr)")
        }
    }
}
