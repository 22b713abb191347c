import Foundation
import Testing

extension Integration {
    /// How long an instance of a served component lives, and what it is given of its world and when.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceInstanceTests {
        /// - Parameter body: takes the port of the figures, too: see `rest`.
        @discardableResult
        private static func whileReusing(
            _ guest: String, _ requests: String, _ body: (Service, UInt16) async throws -> Void
        ) async throws -> Outcome {
            let port = try HTTPConnection.freePort()
            return try await Service.whileServing(guest, ["reuse": requests, "metrics": "127.0.0.1:\(port)"]) {
                try await body($0, port)
            }
        }

        /// Waits until no instance serves: a client has its response before the guest's end.
        private static func rest(_ port: UInt16) async throws {
            try await eventually("the guest's end") {
                try ServiceFigureTests.figures(port)["martlet_guest_instances"] == 0
            }
        }

        @Test(arguments: Service.guests) func eachRequestHasAnInstanceOfItsOwn(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                for _ in 0..<3 { #expect(try connection.get("/visits").text == "1") }
            }
        }

        @Test(arguments: Service.guests) func anInstanceServesAsManyRequestsAsItMay(_ guest: String) async throws {
            try await Self.whileReusing(guest, "3") { service, port in
                let connection = try service.connect()
                for visits in ["1", "2", "3", "1", "2", "3", "1"] {
                    #expect(try connection.get("/visits").text == visits)
                    try await Self.rest(port)
                }
            }
        }

        /// Nothing of one request is left for the next: not its streams, nor its variables, nor what it printed half.
        @Test(arguments: Service.guests) func whatAnInstanceIsGivenIsEachRequestsOwn(_ guest: String) async throws {
            let outcome = try await Self.whileReusing(guest, "100") { service, port in
                let connection = try service.connect()
                #expect(try connection.get("/status?204").status == 204)
                for number in 1...3 {
                    try connection.send("POST /echo HTTP/1.1", "Host: a", "Content-Length: 3", "", "\(number)")
                    #expect(try connection.response().text == "\(number)\r\n")
                }
                #expect(try connection.get("/env").text.split(separator: "\n").contains("REQUEST_ID=4"))
                #expect(try connection.get("/env").text.split(separator: "\n").contains("REQUEST_ID=5"))
                for _ in 0..<2 {
                    try await Self.rest(port)
                    #expect(try connection.get("/mutter?1").text == "slept\n")
                }
                try await Self.rest(port)
                #expect(try connection.get("/large?64").body.count == 64 << 16)
                #expect(try connection.get("/visits").text == "1")
            }
            #expect(outcome.stdout == "a line\nhalf a line\na line\nhalf a line\n")
            #expect(outcome.stderr == "")
        }

        @Test(arguments: Service.guests) func anInstanceThatTrappedServesNoMore(_ guest: String) async throws {
            try await Self.whileReusing(guest, "100") { service, port in
                let connection = try service.connect()
                for visits in ["1", "2"] {
                    #expect(try connection.get("/visits").text == visits)
                    try await Self.rest(port)
                }
                #expect(try connection.get("/trap").status == 500)
                #expect(try service.connect().get("/visits").text == "1")
            }
        }

        /// Which pages of a memory are there is asked of the kernel; a guest with much in its memory has that mapped.
        @Test(arguments: [("serve.wasm", true), ("plain.wasm", true), ("api.wasm", false)])
        func memoryIsClearedWhereAGuestBeginsWithLittle(_ guest: String, isCleared: Bool) async throws {
            try await Service.whileServing(guest) { service in
                let files = try ProcessFacts(pid: try await service.running.pid).openFiles
                #expect(files.contains { $0.hasSuffix("/pagemap") } == isCleared, "\(files)")
            }
        }

        /// The pipe of a response is made when there is something for it: a client that waits has the head by then.
        @Test(arguments: Service.guests) func aBodyMayBeginLongAfterItsResponse(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                for _ in 0..<3 {
                    #expect(try connection.get("/status?200").status == 200)
                    #expect(try connection.get("/slow-start").text == "started")
                }
            }
        }

        /// What a guest writes when its response is whole is nobody's: not the next response's either.
        @Test(arguments: Service.guests) func whatIsWrittenAfterTheEndGoesNowhere(_ guest: String) async throws {
            for reuse in ["1", "10"] {
                try await Service.whileServing(guest, ["reuse": reuse, "request-timeout": "30"]) { service in
                    let connection = try service.connect()
                    for blocks in [0, 1, 100, 1, 0] {
                        #expect(try connection.get("/after?\(blocks)").text == "done")
                        #expect(try connection.get("/hello").text == "hello\n")
                    }
                }
            }
        }

        /// It is told that nobody takes it: it does not wait for room until its time is over.
        @Test(arguments: Service.guests) func aGuestThatWritesAfterTheEndGoesOn(_ guest: String) async throws {
            let settings = ["concurrency": "1", "queue": "0", "request-timeout": "0"]
            try await Service.whileServing(guest, settings) { service in
                #expect(try service.connect().get("/after?100").text == "done")
                try await eventually("the guest's end") { try service.connect().get("/hello").status == 200 }
            }
        }
    }
}
