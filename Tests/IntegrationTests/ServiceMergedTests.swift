import Foundation
import Testing

extension Integration {
    /// A component of several modules that is lowered: a program for WASI preview 1 and its libc, with an adapter.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceMergedTests {
        private static let guest = "adapted.wasm"

        @Test func requestsAreAnswered() async throws {
            let outcome = try await Service.whileServing(Self.guest) { service in
                let connection = try service.connect()
                let response = try connection.get("/hello")
                #expect(response.status == 200 && response.fields["x-guest"] == "adapted")
                #expect(response.text == "hello\n")
                let large = String(repeating: "body ", count: 100_000)
                #expect(try service.post("/echo", large).text == large)
                #expect(try service.post("/echo", "").text == "")
            }
            #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
        }

        /// The adapter traps if what it is given is not where its own allocator says.
        @Test func theEnvironmentComesThroughTheAdapter() async throws {
            let service = try await Service.start(Self.guest, env: "MOOD=good", "EMPTY=")
            try await service.whileServing { service in
                let lines = try service.connect().get("/env").text.split(separator: "\n")
                #expect(lines.contains("MOOD=good") && lines.contains("EMPTY="))
                #expect(lines.contains { $0.hasPrefix("REQUEST_ID=") })
            }
        }

        @Test func theModulesAllocateEachForItself() async throws {
            try await Service.whileServing(Self.guest) { service in
                let response = try service.connect().get("/both")
                #expect(response.text == "2000\n")
            }
        }

        @Test func whatIsPrintedGoesThroughTheAdapter() async throws {
            let outcome = try await Service.whileServing(Self.guest) { service in
                let response = try service.connect().get("/print")
                #expect(response.text == "printed\n")
            }
            #expect(outcome.stdout == "printed 1\n" && outcome.stderr == "complained 2\n", "\(outcome)")
        }

        @Test func howItEndsIsTold() async throws {
            let outcome = try await Service.whileServing(Self.guest) { service in
                let exit = try service.connect().get("/exit?1")
                let trap = try service.connect().get("/trap")
                let hello = try service.connect().get("/hello")
                #expect(exit.status == 500 && trap.status == 500 && hello.text == "hello\n")
            }
            #expect(outcome.status == 0)
            for name in ["deepest", "deeper", "handle"] {
                #expect(outcome.stderr.contains("!\(name)\n"), "\(outcome.stderr)")
            }
        }

        @Test func anInstanceMayServeSeveralRequests() async throws {
            try await Service.whileServing(Self.guest, ["reuse": "10"]) { service in
                let connection = try service.connect()
                for _ in 0..<20 {
                    #expect(try connection.get("/hello").text == "hello\n")
                    #expect(try connection.get("/both").text == "2000\n")
                }
            }
        }
    }
}
