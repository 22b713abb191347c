import Foundation
import Testing

extension Integration {
    /// What a server says of its requests.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceFigureTests {
        @Test func eachRequestIsALineOfTheAccessLog() async throws {
            let outcome = try await Service.whileServing("serve.wasm", ["access-log": "true"]) { service in
                let connection = try service.connect()
                #expect(try connection.get("/hello?a=\"", "User-Agent: te\"st").status == 200)
                try connection.send("POST /count HTTP/1.1", "Host: a", "Content-Length: 4", "", body: "four")
                #expect(try connection.response().text == "4")
                #expect(try connection.get("/trap").status == 500)
                try service.answers(400, to: "nonsense", "")
            }
            let lines = outcome.stdout.split(separator: "\n").map { Data($0.utf8) }
            // The fixture's own connection, which asks whether anybody listens, sends nothing.
            let records = try lines.map { try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any]) }
            #expect(records.map { $0["status"] as? Int } == [200, 200, 500, 400])
            #expect(records.map { $0["method"] as? String } == ["GET", "POST", "GET", nil])
            #expect(records[0]["path"] as? String == "/hello?a=\"")
            #expect(records[0]["agent"] as? String == "te\"st")
            #expect(records[0]["client"] as? String == "127.0.0.1")
            #expect(records[1]["bytes_in"] as? Int == 4 && records[1]["bytes_out"] as? Int == 1)
            #expect(records[1]["request"] as? Int == 1)
            #expect(records.allSatisfy { ($0["us"] as? Int ?? -1) >= 0 && $0["time"] is String })
        }

        @Test func figuresAreAtAPortOfTheirOwn() async throws {
            let port = try HTTPConnection.freePort()
            try await Service.whileServing("serve.wasm", ["metrics": "127.0.0.1:\(port)"]) { service in
                let connection = try service.connect()
                for _ in 0..<3 { #expect(try connection.get("/hello").status == 200) }
                #expect(try connection.get("/status?404").status == 404)
                let waiting = try service.connect()
                try waiting.send("GET /sleep?60000 HTTP/1.1", "Host: a", "")
                #expect(try service.connect().get("/trap").status == 500)
                // The guest's end is heard of after its client has been answered.
                try await eventually("the trap, and the one that waits") {
                    let found = try Self.figures(port)
                    return found["martlet_guest_traps_total"] == 1 && found["martlet_guest_instances"] == 1
                        && found["martlet_http_requests_in_flight"] == 1
                }
                let found = try Self.figures(port)
                #expect(found["martlet_http_requests_total{code=\"2xx\"}"] == 3)
                #expect(found["martlet_http_requests_total{code=\"4xx\"}"] == 1)
                #expect(found["martlet_http_requests_total{code=\"5xx\"}"] == 1)
                #expect(found["martlet_http_request_duration_seconds_count"] == 5)
                #expect(found["martlet_http_request_duration_seconds_bucket{le=\"+Inf\"}"] == 5)
                #expect(try #require(found["process_resident_memory_bytes"]) > 1_000_000)
                #expect(try HTTPConnection(port: port).get("/hello").status == 404)
                withExtendedLifetime(waiting) {}
            }
        }

        static func figures(_ port: UInt16) throws -> [String: Double] {
            let response = try HTTPConnection(port: port).get("/metrics")
            #expect(response.status == 200)
            #expect(response.fields["content-type"]?.contains("version=0.0.4") == true)
            var figures: [String: Double] = [:]
            for line in response.text.split(separator: "\n") where !line.hasPrefix("#") {
                let words = line.split(separator: " ")
                figures[String(words[0])] = Double(words[1])
            }
            return figures
        }

        /// Whatever was being served, or had been sent, when the server was told to end is answered whole.
        @Test func aDrainUnderLoadLosesNoRequest() async throws {
            let service = try await Service.start()
            let connections = try (0..<64).map { _ in try service.connect() }
            for (index, connection) in connections.enumerated() {
                if index.isMultiple(of: 2) { #expect(try connection.get("/hello").status == 200) }
            }
            for (index, connection) in connections.enumerated() {
                let path = index.isMultiple(of: 3) ? "/sleep?\(300 + index)" : "/bytes?100000"
                try connection.send("GET \(path) HTTP/1.1", "Host: a", "")
            }
            try await service.running.kill("SIGTERM")
            for (index, connection) in connections.enumerated() {
                let response = try connection.response()
                #expect(response.status == 200)
                #expect(index.isMultiple(of: 3) ? response.text == "slept\n" : response.body.count == 100_000)
                #expect(try connection.isAtEnd())
            }
            #expect(await service.running.finished().status == 0)
        }
    }
}
