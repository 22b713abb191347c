import Foundation
import Testing

extension Integration {
    /// What a server does about clients that ask for too much, and guests that do.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceLimitTests {
        @Test(arguments: Service.guests) func requestsThatAreTooLargeAreRefused(_ guest: String) async throws {
            try await Service.whileServing(guest, ["request-body-limit": "10", "header-limit": "2000"]) { service in
                let long = String(repeating: "x", count: 3000)
                try service.answers(431, to: "GET /hello HTTP/1.1", "Host: a", "X: \(long)", "")
                try service.answers(413, to: "POST /count HTTP/1.1", "Host: a", "Content-Length: 11", "")
                try service.answers(
                    413, to: "POST /count HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "b", "01234567890",
                    "0", "")
                try service.answers(200, to: "POST /count HTTP/1.1", "Host: a", "Content-Length: 10", "", "12345678")
            }
        }

        @Test(arguments: Service.guests) func whatIsNoRequestIsRefused(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                try service.answers(400, to: "nonsense", "")
                try service.answers(400, to: "GET /hello HTTP/1.1", "")
                try service.answers(400, to: "GET /hello HTTP/1.1", "Host: a", "Host: b", "")
                try service.answers(501, to: "CONNECT a:1 HTTP/1.1", "Host: a", "")
                try service.answers(
                    400, to: "POST /count HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "no number", "x", "0",
                    "")
                try service.answers(417, to: "GET /hello HTTP/1.1", "Host: a", "Expect: wonders", "")
                #expect(try service.connect().get("/hello").status == 200)
            }
        }

        @Test(arguments: Service.guests) func whatIsWrongWithTheNextRequestIsSaidAfterThisResponse(_ guest: String)
            async throws
        {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send("GET /sleep?200 HTTP/1.1", "Host: a", "", "nonsense", "")
                #expect(try connection.response().text == "slept\n")
                #expect(try connection.response().status == 400)
                #expect(try connection.isAtEnd())
            }
        }

        @Test(arguments: Service.guests) func aClientThatDoesNotFinishIsTold(_ guest: String) async throws {
            try await Service.whileServing(guest, ["header-timeout": "1", "request-timeout": "1"]) { service in
                let idle = try service.connect()
                try service.answers(408, to: "GET /hello HTTP/1.1")
                try service.answers(408, to: "POST /count HTTP/1.1", "Host: a", "Content-Length: 9", "", "1")
                #expect(try idle.isAtEnd())
            }
        }

        @Test(arguments: Service.guests) func aTrapCostsItsRequestOnly(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send("GET /sleep?500 HTTP/1.1", "Host: a", "")
                #expect(try service.connect().get("/trap").status == 500)
                #expect(try service.connect().get("/nothing").status == 500)
                #expect(try service.connect().get("/error").status == 403)
                #expect(try connection.response().text == "slept\n")
            }
            #expect(outcome.status == 0)
            #expect(outcome.stderr.contains("unreachable"))
            #expect(outcome.stderr.contains("wasm backtrace"))
        }

        @Test(arguments: Service.guests) func aResponseThatIsCutOffIsNotTakenForWhole(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send("GET /half HTTP/1.1", "Host: a", "")
                #expect(try connection.head().status == 200)
                #expect(try connection.chunks(4) == Data("half".utf8))
                #expect(try connection.isAtEnd())
                // Fewer bytes than were said, and more.
                let short = try service.connect()
                try short.send("GET /length?9 HTTP/1.1", "Host: a", "")
                #expect(throws: FixtureError.self) { try short.response() }
                #expect(try service.connect().get("/length?3").text == "hel")
            }
        }

        @Test(arguments: Service.guests) func aGuestThatTakesTooLongIsStopped(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest, ["request-timeout": "2"]) { service in
                let (spinning, sleeping) = (try service.connect(), try service.connect())
                try spinning.send("GET /spin HTTP/1.1", "Host: a", "")
                try sleeping.send("GET /sleep?3600000 HTTP/1.1", "Host: a", "")
                #expect(try spinning.response().status == 504)
                #expect(try sleeping.response().status == 504)
                #expect(try service.connect().get("/hello").status == 200)
                let guest = ProcessFacts(pid: try await service.running.pid)
                // The one that spun runs no more.
                try await eventually("the processor's rest") {
                    let before = try guest.processorTime
                    try await Task.sleep(for: .milliseconds(200))
                    return try guest.processorTime - before < 10
                }
            }
            #expect(outcome.status == 0)
            #expect(outcome.stderr.contains("its time is over"))
        }

        @Test(arguments: Service.guests) func beyondItsQueueAServerRefuses(_ guest: String) async throws {
            try await Service.whileServing(guest, ["concurrency": "1", "queue": "1"]) { service in
                let connections = try (0..<3).map { _ in try service.connect() }
                for connection in connections { try connection.send("GET /sleep?2000 HTTP/1.1", "Host: a", "") }
                let responses = try connections.map { try $0.response() }
                #expect(responses.map(\.status).sorted() == [200, 200, 503])
                #expect(responses.first { $0.status == 503 }?.fields["retry-after"] != nil)
            }
        }

        @Test func whatCanNotBeServedSaysWhy() async throws {
            let server = container(.guest("serve.wasm"))
            let address = try await server.env("WASMTIME_HTTP_PROXY_SOCKET_ADDR=nowhere").run()
            #expect(address.status != 0)
            #expect(address.stderr.contains("WASMTIME_HTTP_PROXY_SOCKET_ADDR"), "\(address.stderr)")
            let annotation = try await server.annotation("martlet.dev/http-speed", "1").run()
            #expect(annotation.status != 0)
            #expect(annotation.stderr.contains("martlet.dev/http-speed"), "\(annotation.stderr)")
            let listener = try EchoServer()
            let taken = try await server.hostNetwork()
                .env("WASMTIME_HTTP_PROXY_SOCKET_ADDR=127.0.0.1:\(listener.port)").run()
            #expect(taken.status == 126)
            #expect(taken.stderr.contains("127.0.0.1:\(listener.port)"), "\(taken.stderr)")
        }
    }
}
