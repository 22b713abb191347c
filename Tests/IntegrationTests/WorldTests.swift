import Foundation
import Testing

extension Integration {
    /// Worlds beside those of commands and servers: commands that send HTTP requests, configuration and logging.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct WorldTests {
        private func job(_ port: UInt16) -> Container {
            container(.guest("job.wasm")).hostNetwork().env("MOOD=good", "TARGET=127.0.0.1:\(port)")
        }

        @Test func aCommandSendsRequestsReadsItsConfigurationAndLogs() async throws {
            try await Service.whileServing { service in
                let outcome = try await job(service.port).run()
                #expect(outcome.stdout == "mood good\nnothing\nall\nstatus 200\n", "\(outcome.stderr)")
                #expect(outcome.stderr == "warn job: two\\nlines\n" && outcome.status == 0)
            }
        }

        @Test func aCommandSendsToAuthoritiesOfTheListOnly() async throws {
            let annotation = "martlet.dev/http-outgoing"
            try await Service.whileServing { service in
                let allowed = try await job(service.port).annotation(annotation, "127.0.0.1:\(service.port)").run()
                #expect(allowed.stdout.hasSuffix("status 200\n"), "\(allowed.stderr)")
                let denied = try await job(service.port).annotation(annotation, "*.example.com").run()
                #expect(denied.stdout.hasSuffix("refused 15\n"), "HTTP-request-denied: \(denied)")
                let refused = try await job(service.port).annotation(annotation, "a/b").run()
                #expect(refused.status != 0 && refused.stderr.contains("\(annotation) is \"a/b\""), "\(refused)")
            }
        }

        @Test func aServerReadsItsConfigurationAndLogs() async throws {
            let outcome = try await Service.start(container(.guest("worlds.wasm")), env: ["MOOD=mild"])
                .whileServing { service in
                    let connection = try service.connect()
                    for _ in 0..<2 { #expect(try connection.get("/").text == "mild") }
                }
            #expect(outcome.stderr == "info: asked\ninfo: asked\n")
        }
    }
}
