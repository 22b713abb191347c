import Foundation
import Testing

extension Integration {
    /// `martlet cache` on a cache of its own.
    @Suite(.needsInstalledTree)
    struct CacheCommandTests {
        private func guest(_ name: String) -> String { "\(Requirement.guests ?? "")/\(name)" }

        /// What is compiled ahead is what a container's start takes.
        @Test func whatIsAddedIsNotCompiledAgain() async throws {
            try await OwnCache.run { cache in
                let added = try await cache.martlet(
                    "cache", "add", guest("hello.wasm"), guest("hello.wat"), guest("component.wasm"),
                    guest("serve.wasm"))
                #expect(added.status == 0 && added.stdout.components(separatedBy: "compiled").count == 5, "\(added)")
                let before = cache.artifacts
                // With the components that the engine has of its own.
                #expect(before.count >= 4)
                let hello = try await cache.martlet("run", guest("hello.wasm"))
                #expect(hello.status == 0, "\(hello.stderr)")
                #expect(try await cache.martlet("run", guest("component.wasm")).status == 0)
                #expect(cache.artifacts == before)
                let again = try await cache.martlet("cache", "add", guest("serve.wasm"))
                #expect(again.stdout.contains("compiled before") && cache.artifacts == before, "\(again)")
                let inspected = try await cache.martlet("inspect", "--format", "json", guest("serve.wasm"))
                #expect(inspected.stdout.contains("\"isCached\": true"), "\(inspected.stdout)")
            }
        }

        /// Nothing in such a module says that it is to be served.
        @Test func aModuleThatIsServedIsCompiledForItWhenThatIsAskedFor() async throws {
            try await OwnCache.run { cache in
                let added = try await cache.martlet("cache", "add", "--serve", guest("cgi.wasm"), guest("serve.wasm"))
                #expect(added.status == 0, "\(added)")
                let before = cache.artifacts
                let again = try await cache.martlet("cache", "add", "--serve", guest("cgi.wasm"))
                #expect(again.stdout.contains("compiled before"), "\(again)")
                let port = try HTTPConnection.freePort()
                let serving = try cache.start("run", "--http", "\(port)", guest("cgi.wasm"))
                try await eventually("an answer") {
                    if serving.hasEnded { throw FixtureError(description: "\(await serving.outcome())") }
                    return HTTPConnection.isServed(port: port)
                }
                kill(serving.pid, SIGTERM)
                #expect(await serving.outcome().status == 0)
                #expect(cache.artifacts == before)
                let asCommand = try await cache.martlet("cache", "add", guest("cgi.wasm"))
                #expect(
                    asCommand.stdout.contains(": compiled ") && cache.artifacts.count > before.count, "\(asCommand)")
            }
        }

        @Test func whatCannotBeCompiledIsToldAndTheRestIsThere() async throws {
            try await OwnCache.run { cache in
                let outcome = try await cache.martlet(
                    "cache", "add", guest("truncated.wasm"), "none.wasm", guest("hello.wasm"))
                #expect(outcome.status == 1)
                #expect(outcome.stdout.components(separatedBy: "error: ").count == 3, "\(outcome.stdout)")
                #expect(cache.artifacts.count == 1)
            }
        }

        @Test func artifactsAreListedRemovedAndPruned() async throws {
            struct Artifact: Decodable { var digest, name: String }
            try await OwnCache.run { cache in
                _ = try await cache.martlet("cache", "add", guest("hello.wasm"), guest("tool.wasm"))
                let json = try await cache.martlet("cache", "list", "--format", "json")
                let found = try JSONDecoder().decode([Artifact].self, from: Data(json.stdout.utf8))
                #expect(found.count == 2)
                let first = try #require(found.first)
                #expect(try await cache.martlet("cache", "remove", String(first.digest.prefix(12))).status == 0)
                #expect(cache.artifacts.keys.contains(first.name) == false && cache.artifacts.count == 1)
                let gone = try await cache.martlet("cache", "remove", first.digest)
                #expect(gone.status == 1 && gone.stderr.contains("cache list"))
                #expect(try await cache.martlet("cache", "prune").stdout.hasPrefix("ok: removed 0"))
                #expect(try await cache.martlet("cache", "prune", "--all").stdout.hasPrefix("ok: removed 1"))
                #expect(cache.artifacts.isEmpty)
            }
        }

        @Test func whatTheEngineRefusesIsVerified() async throws {
            try await OwnCache.run { cache in
                _ = try await cache.martlet("cache", "add", guest("hello.wasm"), guest("tool.wasm"))
                let good = try await cache.martlet("cache", "verify")
                #expect(good.status == 0 && good.stdout.hasPrefix("ok: 2 compiled modules"), "\(good)")
                let name = try #require(cache.artifacts.keys.min())
                let handle = try #require(FileHandle(forWritingAtPath: "\(cache.folder)/\(name)"))
                try handle.truncate(atOffset: 5000)
                try handle.close()
                let bad = try await cache.martlet("cache", "verify")
                #expect(bad.status == 1 && bad.stdout.contains("error: \(name): the engine refuses it"), "\(bad)")
                #expect(try await cache.martlet("cache", "verify", "--remove").status == 1)
                #expect(cache.artifacts.count == 1)
                #expect(try await cache.martlet("cache", "verify").status == 0)
            }
        }
    }
}

/// The command in a mount namespace in which the node's cache is a folder of the test's.
final class OwnCache: Sendable {
    private let owner: HostFolder
    var folder: String { owner.path }

    private init(_ owner: HostFolder) { self.owner = owner }

    static func run(_ body: (OwnCache) async throws -> Void) async throws {
        let folder = try HostFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
        try await body(OwnCache(folder))
    }

    func martlet(_ words: String...) async throws -> Outcome { try await start(words).outcome() }

    func start(_ words: String...) throws -> Command { try start(words) }

    private func start(_ words: [String]) throws -> Command {
        let node = "/var/lib/martlet/cache"
        return try Command(
            "/usr/bin/unshare",
            [
                "--mount", "/bin/sh", "-c",
                "mkdir -p \(node) && mount --bind \"$0\" \(node) && exec \"$@\"", folder, RuntimeFixture.program,
            ] + words, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"])
    }

    /// The compiled modules, with when each was written.
    var artifacts: [String: Date] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var found: [String: Date] = [:]
        for name in names where name.hasSuffix(".module") || name.hasSuffix(".component") {
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            found[name] = attributes?[.modificationDate] as? Date
        }
        return found
    }
}
