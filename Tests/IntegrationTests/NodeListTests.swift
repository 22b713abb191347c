import CRIClient
import Foundation
import Testing

extension Integration {
    /// `martlet ps` and `top` beside a containerd.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct NodeListTests {
        private struct Row: Decodable {
            var id, kind, status: String
            var restarts: Int?
            var requests: Int?
        }

        private func martlet(_ containerd: PrivateContainerd, _ words: String...) async throws -> String {
            let outcome = try await Command(
                RuntimeFixture.program,
                ["--root", "\(containerd.folder)/own"] + words + ["--containerd-state", "\(containerd.folder)/state"],
                environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
            guard outcome.status == 0 else { throw FixtureError(description: "martlet \(words): \(outcome)") }
            return outcome.stdout
        }

        private func row(_ id: String, _ containerd: PrivateContainerd) async throws -> Row {
            let json = try await martlet(containerd, "ps", "--format", "json")
            return try #require(
                try JSONDecoder().decode([Row].self, from: Data(json.utf8)).first { $0.id == id }, "\(json)")
        }

        @Test func theRequestsOfAServerAreCounted() async throws {
            try await Service.whileServing { service in
                let containerd = service.running.containerd
                #expect(try await row(service.running.id, containerd).requests == 0)
                let connection = try service.connect()
                for _ in 0..<3 { #expect(try connection.get("/hello").status == 200) }
                #expect(try service.connect().get("/trap").status == 500)
                // A client may have its answer before it is counted.
                try await eventually("four requests") {
                    try await row(service.running.id, containerd).requests == 4
                }
                let top = try await martlet(containerd, "top", "--interval", "100ms", "--count", "1")
                let line = try #require(top.split(separator: "\n").first { $0.contains(service.running.id.prefix(13)) })
                #expect(top.hasPrefix("POD") && top.contains("REQ/S") && line.hasSuffix("0.0"), "\(top)")
            }
        }

        @Test func thoseOfAServedModuleAreCountedToo() async throws {
            let served = try await Service.start(container(.guest("cgi.wasm")), ["module": "wagi"])
            try await served.whileServing { service in
                #expect(try service.connect().get("/hello").status == 200)
                try await eventually("a request") {
                    try await row(service.running.id, service.running.containerd).requests == 1
                }
            }
        }

        @Test func whatServesNothingHasNoRequests() async throws {
            let running = try await container(.guest("tool.wasm")).args("sleep").start()
            try await running.says("ready")
            let row = try await row(running.id, running.containerd)
            #expect(row.kind == "module" && row.requests == nil && row.restarts == nil)
            try await running.kill("SIGKILL")
            #expect(await running.finished().status == 137)
        }

        /// As the kubelet tells CRI.
        @Test func restartsAreThoseThatTheKubeletCounted() async throws {
            try await withPod { pod in
                let started = try await pod.start("app", .guest("tool.wasm"), "sleep") {
                    $0.annotations = ["io.kubernetes.container.restartCount": "3"]
                }
                try await started.says("ready")
                let row = try await row(started.id, pod.containerd)
                #expect(row.restarts == 3 && row.status == "running")
                let table = try await martlet(pod.containerd, "ps")
                #expect(table.hasPrefix("POD") && table.contains("RESTARTS"), "\(table)")
            }
        }
    }
}
