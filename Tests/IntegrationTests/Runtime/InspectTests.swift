import Foundation
import Testing

extension Integration {
    /// `martlet inspect` with the installed engine.
    @Suite(.needsInstalledTree)
    struct InspectTests {
        private func guest(_ name: String) -> String { "\(Requirement.guests ?? "")/\(name)" }

        private func inspect(_ runtime: RuntimeFixture, _ target: String) async throws -> (Outcome, Inspection) {
            let outcome = try await runtime.martlet("inspect", "--format", "json", target)
            return (outcome, try JSONDecoder().decode(Inspection.self, from: Data(outcome.stdout.utf8)))
        }

        private struct Inspection: Decodable {
            struct Problem: Decodable {
                var message: String
                var mend: String?
            }

            struct Named: Decodable { var name: String }

            struct Module: Decodable {
                var imports: [Named]
                var exports: [Named]
            }

            var kind: String
            var isText: Bool
            var world: String?
            var digest: String?
            var module: Module?
            var component: Module?
            var engine: String?
            var isLowered: Bool?
            var problem: Problem?
        }

        @Test func whatRunsIsDescribed() async throws {
            try await RuntimeFixture.run { runtime in
                let (_, hello) = try await inspect(runtime, guest("hello.wasm"))
                #expect(hello.kind == "module" && hello.world == "command, WASI preview 1" && hello.problem == nil)
                #expect(hello.module?.imports.contains { $0.name == "fd_write" } == true)
                #expect(hello.engine == "47.0.1" && hello.digest?.count == 64)
                let (_, text) = try await inspect(runtime, "\(guest("hello.wat"))#greet")
                #expect(
                    text.isText && text.module?.exports.contains { $0.name == "greet" } == true && text.problem == nil)
                let (_, component) = try await inspect(runtime, guest("component.wasm"))
                #expect(component.kind == "component" && component.world?.hasPrefix("command") == true)
                #expect(component.component?.exports.contains { $0.name.hasPrefix("wasi:cli/run@") } == true)
                let (server, served) = try await inspect(runtime, guest("serve.wasm"))
                #expect(served.world?.hasPrefix("server") == true && served.problem == nil, "\(server.stdout)")
                #expect(served.isLowered == false && component.isLowered == nil)
                #expect(try await inspect(runtime, guest("plain.wasm")).1.isLowered == true)
                #expect(try await inspect(runtime, guest("adapted.wasm")).1.isLowered == true)
                #expect(try await inspect(runtime, guest("files.wasm")).1.isLowered == false)
                #expect(try await inspect(runtime, guest("files-plain.wasm")).1.isLowered == true)
            }
        }

        @Test func whyAModuleDoesNotRunIsToldWithTheMend() async throws {
            try await RuntimeFixture.run { runtime in
                let (missing, found) = try await inspect(runtime, guest("unknown-import.wat"))
                #expect(missing.status == 1 && found.problem?.message.contains("nowhere.missing_function") == true)
                #expect(found.problem?.mend?.contains("wasm32-wasip1") == true)
                let (_, function) = try await inspect(runtime, guest("no-start.wat"))
                #expect(function.problem?.message.contains("_start") == true)
                #expect(function.problem?.mend?.contains("#other") == true)
                #expect(try await inspect(runtime, "\(guest("no-start.wat"))#other").1.problem == nil)
                let table = try await runtime.martlet("inspect", guest("truncated.wasm"))
                #expect(table.status == 1 && table.stdout.contains("error: ") && !table.stdout.contains("\u{1b}"))
                let other = try await runtime.martlet("inspect", guest("not-a-module.wasm"))
                #expect(other.status == 1 && other.stdout.contains("not a WebAssembly module"), "\(other.stdout)")
                let none = try await runtime.martlet("inspect", "no-such-thing")
                #expect(none.status == 1 && none.stderr.contains("no file, image, bundle or container"))
            }
        }

        @Test func theModuleOfAnImageOfABundleAndOfAContainerIsFound() async throws {
            try await RuntimeFixture.run { runtime in
                var image = Image.busybox
                image.entrypoint = ["/bin/busybox"]
                let archive = "\(runtime.folder)/image.tar"
                try await image.write(to: archive, name: "localhost/test:1")
                #expect(try await inspect(runtime, archive).1.kind == "native")

                let id = "inspected"
                let bundle = try await runtime.bundle(id, ["/tool.wasm", "sleep", "1000"])
                #expect(try await inspect(runtime, bundle).1.world == "command, WASI preview 1")
                let made = try await runtime.create(id)
                #expect(made.status == 0, "\(made.stderr)")
                let (_, running) = try await inspect(runtime, id)
                #expect(running.kind == "module" && running.problem == nil)
                try await runtime.end(id)
            }
        }

        /// Neither in the cache nor beside it.
        @Test func nothingIsLeftOfAnInspection() async throws {
            try await OwnCache.run { cache in
                let outcome = try await cache.martlet("inspect", guest("hello.wasm"))
                #expect(outcome.status == 0 && outcome.stdout.contains("not compiled yet"), "\(outcome.stderr)")
                #expect(cache.artifacts.isEmpty)
            }
        }
    }
}
