import Foundation
import NIOHPACK
import Testing

extension Integration {
    /// HTTP/2 with prior knowledge, at the same port as HTTP/1.1.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceHTTP2Tests {
        @Test(arguments: Service.guests) func aConnectionHasManyRequestsAtOnce(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let client = try await HTTP2Client(port: service.port)
                let slow = Task { try await client.send("/sleep?2000") }
                let responses = try await withThrowingTaskGroup(of: HTTP2Client.Response.self) { group in
                    for _ in 0..<20 { group.addTask { try await client.send("/hello") } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(responses.count == 20)
                #expect(responses.allSatisfy { $0.status == "200" && $0.text == "hello\n" })
                #expect(responses.allSatisfy { $0.fields.first(name: "x-guest") == "serve" })
                #expect(try await slow.value.text == "slept\n")
                // And the other protocol beside it.
                #expect(try service.connect().get("/hello").text == "hello\n")
                try await client.close()
            }
        }

        @Test(arguments: Service.guests) func bodiesAndTrailersPassBothWays(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let client = try await HTTP2Client(port: service.port)
                let body = [UInt8](repeating: 7, count: 3 << 20)
                let echo = try await client.send("/echo", method: "POST", body: body, trailers: ["x-sum": "21"])
                #expect(echo.status == "200" && echo.body == body)
                #expect(echo.trailers.first(name: "x-sum") == "21")
                #expect(echo.fields.first(name: "transfer-encoding") == nil)
                #expect(try await client.send("/count", method: "POST", body: body).text == "\(3 << 20)")
                #expect(try await client.send("/hello", method: "HEAD").body.isEmpty)
                #expect(try await client.send("/method", method: "PURGE").text == "PURGE")
                #expect(try await client.send("/status?204").status == "204")
                try await client.close()
            }
        }

        @Test(arguments: Service.guests) func whatGoesWrongCostsItsStreamOnly(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let client = try await HTTP2Client(port: service.port)
                #expect(try await client.send("/trap").status == "500")
                await #expect(throws: (any Error).self) { try await client.send("/half") }
                #expect(try await client.send("/hello").text == "hello\n")
                try await client.close()
            }
        }

        @Test(arguments: Service.guests) func aMalformedRequestCostsItsStreamOnly(_ guest: String) async throws {
            typealias Kind = HTTPConnection.Frame.Kind
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.beginFrames()
                try connection.send(.get("/sleep?500", stream: 1))
                // A field's name in capital letters: a literal with a name of its own, not indexed.
                try connection.send(.get("/hello", stream: 3, more: [0, 1, UInt8(ascii: "X"), 1, UInt8(ascii: "1")]))
                // Reset, by PROTOCOL_ERROR.
                #expect(try Array(connection.frame(Kind.reset, stream: 3).payload) == [0, 0, 0, 1])
                #expect(try connection.frame(Kind.data, stream: 1).payload == Data("slept\n".utf8))
                try connection.send(.get("/hello", stream: 5))
                #expect(try connection.frame(Kind.data, stream: 5).payload == Data("hello\n".utf8))
            }
        }

        /// Data of a stream that was never opened.
        @Test(arguments: Service.guests) func whatIsWrongWithTheConnectionEndsIt(_ guest: String) async throws {
            typealias Kind = HTTPConnection.Frame.Kind
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.beginFrames()
                try connection.send(.init(kind: Kind.data, stream: 7, payload: Data("lost".utf8)))
                // PROTOCOL_ERROR.
                #expect(try Array(connection.frame(Kind.goAway).payload[4..<8]) == [0, 0, 0, 1])
                #expect(try connection.isAtEnd())
            }
        }

        @Test(arguments: Service.guests) func sigtermFinishesTheStreams(_ guest: String) async throws {
            let port = try HTTPConnection.freePort()
            let service = try await Service.start(guest, ["metrics": "127.0.0.1:\(port)"])
            let client = try await HTTP2Client(port: service.port)
            let slow = Task { try await client.send("/sleep?2000") }
            try await eventually("the request") {
                try ServiceFigureTests.figures(port)["martlet_http_requests_in_flight"] == 1
            }
            try await service.running.kill("SIGTERM")
            #expect(try await slow.value.text == "slept\n")
            #expect(await service.running.finished().status == 0)
            try? await client.close()
        }
    }
}
