import Foundation
import Testing

extension Integration {
    /// Requests that served guests send, to the server itself: it answers on another connection.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceOutgoingTests {
        @Test(arguments: Service.guests) func aGuestAsksAnotherServer(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                let authority = "127.0.0.1:\(service.port)"
                #expect(try connection.get("/fetch?\(authority)/hello").text == "200\nhello\n")
                #expect(try connection.get("/fetch?\(authority)/status?404").text == "404\n")
                #expect(try connection.get("/fetch?\(authority)/method").text == "200\nget")
                #expect(try connection.get("/fetch?\(authority)/field").text == "200\nfetched\n")
                // Through two more of its kind.
                let far = try connection.get("/fetch?\(authority)/fetch?\(authority)/hello")
                #expect(far.text == "200\n200\nhello\n")
            }
        }

        @Test(arguments: Service.guests) func bodiesAndTrailersPassBothWaysAsTheyCome(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                try connection.send(
                    "POST /forward?127.0.0.1:\(service.port)/echo HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", ""
                )
                let block = String(repeating: "x", count: 1 << 16)
                for _ in 0..<64 { try connection.send("10000", block) }
                try connection.send("0", "")
                let response = try connection.response()
                #expect(response.body.count == 64 << 16)
                // It is the guest's own, which the other server gave back.
                #expect(response.trailers["x-sum"] == "7")
            }
        }

        @Test(arguments: Service.guests) func whatGoesWrongIsNamed(_ guest: String) async throws {
            let closed = try HTTPConnection.freePort()
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                let refused = try connection.get("/fetch?127.0.0.1:\(closed)/hello")
                #expect(refused.status == 502)
                #expect(refused.text == "error 6", "connection-refused")
                #expect(try connection.get("/fetch?no%20host/").text == "error 19", "HTTP-request-URI-invalid")
                let late = try connection.get("/fetch-soon?127.0.0.1:\(service.port)/sleep?20000")
                #expect(late.text == "error 9", "connection-read-timeout")
                let cut = try connection.get("/fetch?127.0.0.1:\(service.port)/trap")
                #expect(cut.text.hasPrefix("500\n"))
            }
        }

        /// A guest that waits for an answer is let go when its own client's time is over.
        @Test(arguments: Service.guests) func noAnswerIsWaitedForBeyondTheRequestsTime(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest, ["request-timeout": "2"]) { service in
                let answer = try service.connect().get("/fetch?127.0.0.1:\(service.port)/sleep?3600000")
                #expect(answer.status == 504)
            }
            #expect(outcome.status == 0)
        }

        @Test(arguments: Service.guests) func onlyAuthoritiesOfTheListAreSentTo(_ guest: String) async throws {
            let allowed = try HTTPConnection.freePort()
            try await Service.whileServing(guest, ["outgoing": "127.0.0.1:\(allowed) *.example.com"]) {
                service in
                let connection = try service.connect()
                #expect(try connection.get("/fetch?127.0.0.1:\(allowed)/hello").text == "error 6")
                let denied = try connection.get("/fetch?127.0.0.1:\(service.port)/hello")
                #expect(denied.text == "error 15", "HTTP-request-denied")
            }
            try await Service.whileServing(guest, ["outgoing": ""]) { service in
                let denied = try service.connect().get("/fetch?127.0.0.1:\(service.port)/hello")
                #expect(denied.text == "error 15")
            }
        }
    }
}
