import Foundation
import Testing

extension Integration {
    /// Components that answer HTTP requests, as their clients and containerd see them.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceTests {
        @Test(arguments: Service.guests) func aRequestIsAnsweredByTheGuest(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest) { service in
                let response = try service.connect().get("/hello")
                #expect(response.status == 200)
                #expect(response.fields["x-guest"] == "serve")
                #expect(response.text == "hello\n")
                #expect(try service.connect().get("/status?418").status == 418)
            }
            #expect(outcome.status == 0, "\(outcome.stderr)")
            #expect(outcome.stderr == "")
        }

        @Test(arguments: Service.guests) func aConnectionServesRequestsInTheirOrder(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                #expect(try connection.get("/hello", method: "HEAD").status == 200)
                try connection.send("GET /sleep?50 HTTP/1.1", "Host: a", "", "GET /hello HTTP/1.1", "Host: a", "")
                #expect(try connection.response().text == "slept\n")
                #expect(try connection.response().text == "hello\n")
                #expect(try connection.get("/status?204").status == 204)
                #expect(try connection.get("/hello", "Connection: close").fields["connection"] == "close")
                #expect(try connection.isAtEnd())
            }
        }

        @Test(arguments: Service.guests) func theGuestSeesItsRequestAndTheContainersEnvironment(_ guest: String)
            async throws
        {
            let service = try await Service.start(guest, env: "MOOD=good")
            let connection = try service.connect()
            #expect(try connection.get("/method", method: "PURGE").text == "PURGE")
            #expect(try connection.get("/method", method: "DELETE").text == "delete")
            #expect(try connection.get("/field", "X-One: a", "x-one: b").text == "a\nb\n")
            let variables = try connection.get("/env").text.split(separator: "\n")
            #expect(variables.contains("MOOD=good"))
            #expect(variables.contains("REQUEST_ID=3"))
            #expect(!variables.contains { $0.hasPrefix("WASMTIME_") })
            #expect(try await service.end().status == 0)
        }

        @Test(arguments: Service.guests) func oldClientsGetTheEndOfABodyWithTheConnections(_ guest: String) async throws
        {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send("GET /large?4 HTTP/1.0", "")
                let response = try connection.response()
                #expect(response.fields["transfer-encoding"] == nil)
                #expect(response.body.count == 4 << 16)
                #expect(try connection.isAtEnd())
            }
        }

        @Test(arguments: Service.guests) func bodiesPassBothWaysAsTheyComeAndTrailersAfterThem(_ guest: String)
            async throws
        {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send(
                    "POST /echo HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "5", "first")
                #expect(try connection.head().status == 200)
                #expect(try connection.chunks(5) == Data("first".utf8))
                try connection.send("6", "second")
                #expect(try connection.chunks(6) == Data("second".utf8))
                try connection.send("0", "X-Sum: 11", "")
                #expect(try connection.chunk().isEmpty)
                try connection.send("GET /hello HTTP/1.1", "Host: a", "")
                let trailer = try connection.bytes("x-sum: 11\r\n\r\n".utf8.count)
                #expect(String(decoding: trailer, as: UTF8.self).lowercased() == "x-sum: 11\r\n\r\n")
                #expect(try connection.response().text == "hello\n")
            }
        }

        @Test(arguments: Service.guests) func aBodyIsAskedForWhereTheClientWaits(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send(
                    "POST /count HTTP/1.1", "Host: a", "Content-Length: 4", "Expect: 100-continue", "")
                #expect(try connection.head().status == 100)
                try connection.write(Data("four".utf8))
                #expect(try connection.response().text == "4")
            }
        }

        @Test func aGuestIsToldThatThereAreNoInterimResponses() async throws {
            try await Service.whileServing { service in
                let informed = try service.connect().get("/inform").text
                #expect(informed == "0")
            }
        }

        /// A guest that does not ask for the body answers without it, and the next request is found after it.
        @Test(arguments: Service.guests) func aBodyThatNobodyReadsIsPassedOver(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send("POST /hello HTTP/1.1", "Host: a", "Content-Length: 100000", "")
                #expect(try connection.response().text == "hello\n")
                try connection.write(Data(repeating: 1, count: 100_000))
                #expect(try connection.get("/hello").text == "hello\n")
                // One that waits to be asked for it may send it or not: nothing can follow.
                try connection.send("POST /hello HTTP/1.1", "Host: a", "Content-Length: 4", "Expect: 100-continue", "")
                #expect(try connection.response().fields["connection"] == "close")
                #expect(try connection.isAtEnd())
            }
        }

        /// Either way it is the slower side that says how fast: what the other sends is not kept.
        @Test(arguments: Service.guests) func largeBodiesTakeNoMemory(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let size = 64 << 20
                let upload = try service.connect()
                try upload.send("POST /count HTTP/1.1", "Host: a", "Content-Length: \(size)", "")
                let block = Data(repeating: 1, count: 1 << 20)
                for _ in 0..<(size >> 20) { try upload.write(block) }
                #expect(try upload.response().text == "\(size)")

                let download = try service.connect()
                try download.send("GET /large?8192 HTTP/1.1", "Host: a", "")
                #expect(try download.head().status == 200)
                #expect(try !download.chunk().isEmpty)
                try await Task.sleep(for: .milliseconds(500))
                let resident = try await service.running.status("VmHWM") ?? ""
                let kilobytes = try #require(Int(resident.split(separator: " ").first ?? ""), "\(resident)")
                #expect(kilobytes < 128 << 10)
            }
        }

        @Test(arguments: Service.guests) func whatTheGuestPrintsReachesTheContainersStreams(_ guest: String)
            async throws
        {
            let outcome = try await Service.whileServing(guest) { service in
                let response = try service.connect().get("/print")
                #expect(response.text == "one\ntwo\n")
            }
            #expect(outcome.stdout == "before, on stdout\namid, on stdout\n")
            #expect(outcome.stderr == "before, on stderr\namid, on stderr\n")
        }

        @Test(arguments: Service.guests) func linesOfManyRequestsStayWhole(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest) { service in
                let connections = try (0..<8).map { _ in try service.connect() }
                for connection in connections { try connection.send("GET /lines?20 HTTP/1.1", "Host: a", "") }
                for connection in connections { #expect(try connection.response().text == "said\n") }
            }
            for text in [outcome.stdout, outcome.stderr] {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count == 161 && lines.last == "")
                #expect(lines.dropLast().allSatisfy { $0.utf8.count == 4500 })
            }
        }

        /// What a request has printed is there before it ends, and what it left of a line when the server ends.
        @Test(arguments: Service.guests) func whatIsPrintedComesOutSoonAndWhole(_ guest: String) async throws {
            let service = try await Service.start(guest, ["request-timeout": "0"])
            var connection: HTTPConnection? = try service.connect()
            try connection?.send("GET /mutter?3600000 HTTP/1.1", "Host: a", "")
            try await eventually("the first line") { service.running.command.stdoutSoFar == "a line\n" }
            // The server waits for no guest whose client has gone.
            withExtendedLifetime(connection) {}
            connection = nil
            #expect(try await service.end().stdout == "a line\nhalf a line\n")
        }

        @Test(arguments: Service.guests) func sigtermFinishesWhatIsInFlight(_ guest: String) async throws {
            let service = try await Service.start(guest)
            let (idle, connection) = (try service.connect(), try service.connect())
            #expect(try idle.get("/hello").status == 200)
            try connection.send("GET /sleep?2000 HTTP/1.1", "Host: a", "")
            // It is being served: the one after it on another connection is.
            #expect(try service.connect().get("/hello").status == 200)
            try await service.running.kill("SIGTERM")
            #expect(try idle.isAtEnd())
            #expect(!HTTPConnection.isServed(port: service.port))
            let response = try connection.response()
            #expect(response.text == "slept\n")
            #expect(try connection.isAtEnd())
            #expect(await service.running.finished().status == 0)
        }

        @Test(arguments: Service.guests) func sigintEndsAServerThatHasNothingToDo(_ guest: String) async throws {
            let service = try await Service.start(guest)
            try await service.running.kill("SIGINT")
            #expect(await service.running.finished().status == 0)
        }
    }
}
