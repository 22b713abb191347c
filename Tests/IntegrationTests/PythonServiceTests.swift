import CRIClient
import Foundation
import Testing

extension Integration {
    /// Components that componentize-py makes: with Python in them, they import nearly all of WASI.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PythonServiceTests {
        private static let guest = "api.wasm"

        @Test func aJSONAPIAnswersByPathMethodAndBody() async throws {
            try await Service.whileServing(Self.guest) { service in
                let connection = try service.connect()
                let hello = try connection.get("/hello?name=%C3%A4", method: "DELETE")
                #expect(hello.status == 200 && hello.fields["content-type"] == "application/json")
                #expect(hello.text == #"{"hello": "\u00e4", "method": "DELETE"}"#)
                #expect(try connection.get("/none").status == 404)
                #expect(try connection.get("/hello", method: "HEAD").fields["x-guest"] == "python")

                let total = try service.post("/total", #"{"numbers": [1, 2.5]}"#)
                #expect(total.status == 201 && total.text == #"{"sum": 3.5}"#)
                let broken = try service.post("/total", "{")
                #expect(broken.status == 400 && broken.text == #"{"error": "JSONDecodeError"}"#)

                let fields = try connection.get("/fields", "X-One: a", "x-one: b").json as? [[String]]
                #expect(fields?.filter { $0[0] == "x-one" } == [["x-one", "a"], ["x-one", "b"]])
            }
        }

        @Test func bodiesPassBothWaysAsTheyCome() async throws {
            try await Service.whileServing(Self.guest) { service in
                let connection = try service.connect()
                try connection.send("POST /echo HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "5", "first")
                #expect(try connection.head().status == 200)
                #expect(try connection.chunks(5) == Data("first".utf8))
                try connection.send("6", "second", "0", "")
                #expect(try connection.chunks(6) == Data("second".utf8))
                #expect(try connection.chunk().isEmpty)

                let stream = try service.connect()
                try stream.send("GET /stream?count=3&ms=300 HTTP/1.1", "Host: a", "")
                #expect(try stream.head().status == 200)
                for number in 0..<3 { #expect(try stream.chunk() == Data("data: \(number)\n\n".utf8)) }
                #expect(try stream.chunk().isEmpty)

                let size = 8 << 20
                let upload = try service.connect()
                try upload.send("POST /count HTTP/1.1", "Host: a", "Content-Length: \(size)", "")
                for _ in 0..<8 { try upload.write(Data(repeating: 0, count: 1 << 20)) }
                let counted = try #require(try upload.response().json as? [String: Any])
                #expect(counted["bytes"] as? Int == size)
                let zeroes = "2daeb1f36095b44b318410b3f4e8b5d989dcc7bb023d1426c492dab0a3053e74"
                #expect(counted["sha256"] as? String == zeroes)
                #expect(try service.connect().get("/large?blocks=128").body.count == size)
            }
        }

        @Test func manyRequestsOfOneConnectionOfHTTP2AreServedAtOnce() async throws {
            try await Service.whileServing(Self.guest) { service in
                let client = try await HTTP2Client(port: service.port)
                let sleepers = (0..<16).map { _ in Task { try await client.send("/sleep?ms=1000") } }
                let body = [UInt8](repeating: 7, count: 1 << 20)
                #expect(try await client.send("/echo", method: "POST", body: body).body == body)
                #expect(try await client.send("/fail").status == "500")
                let total = try await client.send(
                    "/total", method: "POST", body: Array(#"{"numbers": [40, 2]}"#.utf8))
                #expect(total.status == "201" && total.text == #"{"sum": 42}"#)
                for sleeper in sleepers { #expect(try await sleeper.value.text == #"{"slept": true}"#) }
                try await client.close()
            }
        }

        @Test func aGuestAsksAnotherServer() async throws {
            let closed = try HTTPConnection.freePort()
            try await Service.whileServing(Self.guest) { service in
                let (connection, server) = (try service.connect(), "http://127.0.0.1:\(service.port)")
                let hello = try connection.get("/fetch?url=\(server)/hello")
                #expect(hello.status == 200 && hello.text == #"{"hello": "world", "method": "GET"}"#)
                let total = try service.post("/fetch?url=\(server)/total", #"{"numbers": [1, 2]}"#)
                #expect(total.status == 201 && total.text == #"{"sum": 3}"#)
                #expect(try connection.get("/fetch?url=\(server)/fail").status == 500)
                // Piece by piece, through the other.
                let body = String(repeating: "0123456789abcdef", count: 1 << 16)
                #expect(try service.post("/fetch?url=\(server)/echo", body).text == body)

                let refused = try connection.get("/fetch?url=http://127.0.0.1:\(closed)/")
                #expect(refused.status == 502 && refused.text == #"{"error": "ErrorCode_ConnectionRefused"}"#)
            }
        }

        @Test func pythonsOwnFilesSocketsClocksAndNumbersWork() async throws {
            let folder = try HostFolder()
            let image = container(.guest(Self.guest)).mount(folder.path, at: "/data").env("MOOD=good")
            let outcome = try await Service.start(image).whileServing { service in
                let connection = try service.connect()
                try connection.send("PUT /files?path=/data/a HTTP/1.1", "Host: a", "Content-Length: 3", "", body: "abc")
                #expect(try connection.response().status == 201)
                #expect(try folder.text("a") == "abc")
                #expect(try connection.get("/files?path=/data/a").text == "abc")
                #expect(try connection.get("/files?path=/data").text == #"["a"]"#)
                #expect(try connection.get("/files?path=/data/a", method: "DELETE").status == 200)
                let gone = try connection.get("/files?path=/data/a")
                #expect(gone.status == 404 && gone.text == #"{"error": "No such file or directory"}"#)

                // The container's stream itself.
                try connection.send(
                    "PUT /files?path=/dev/stdout HTTP/1.1", "Host: a", "Content-Length: 8", "", body: "by path\n")
                #expect(try connection.response().text == #"{"bytes": 8}"#)

                let world = try #require(try connection.get("/world").json as? [String: Any])
                #expect((world["environment"] as? [String: String])?["MOOD"] == "good")
                #expect(abs((world["seconds"] as? Double ?? 0) - Date().timeIntervalSince1970) < 60)
                #expect((world["slept"] as? Double ?? 0) >= 0.01)
                // An instance begins where the component was made, but not with the numbers of another.
                let other = try #require(try connection.get("/world").json as? [String: Any])
                #expect(world["random"] as? String != other["random"] as? String)

                let peer = try EchoServer()
                #expect(try service.post("/tcp?host=127.0.0.1&port=\(peer.port)", "ping").text == "ping")
                let closed = try HTTPConnection.freePort()
                let refused = try service.post("/tcp?host=127.0.0.1&port=\(closed)", "ping")
                #expect(refused.status == 502 && refused.text == #"{"error": "ConnectionRefusedError"}"#)
            }
            #expect(outcome.stdout == "by path\n")
        }

        /// Of another request than those beside it: its own instance is all that an exception ends.
        @Test func anExceptionIsItsRequestsOnlyAndItsTracebackIsOnStandardError() async throws {
            let outcome = try await Service.whileServing(Self.guest) { service in
                let connection = try service.connect()
                #expect(try connection.get("/say?text=before").status == 200)
                #expect(try service.connect().get("/fail").status == 500)
                #expect(try connection.get("/say?text=after").status == 200)
            }
            #expect(outcome.status == 0)
            #expect(outcome.stdout == "before\nafter\n")
            let lines = outcome.stderr.split(separator: "\n")
            #expect(lines.first == "before" && lines.last == "after", "\(outcome.stderr)")
            #expect(lines.contains { $0.contains("api.py\", line ") && $0.hasSuffix(", in fail") })
            #expect(lines.contains("LookupError: nothing of the kind"))
        }

        @Test func aComponentOfManyMegabytesIsCompiledOnce() async throws {
            let path = "\(Requirement.guests ?? "")/\(Self.guest)"
            let digest = try await Command("/usr/bin/sha256sum", [path], environment: [:]).outcome().stdout.prefix(64)
            #expect(digest.count == 64)
            let cache = "/var/lib/martlet/cache"
            func artifacts() throws -> [String: Date] {
                let names = try FileManager.default.contentsOfDirectory(atPath: cache).filter { $0.hasPrefix(digest) }
                return try names.reduce(into: [:]) {
                    let attributes = try FileManager.default.attributesOfItem(atPath: "\(cache)/\($1)")
                    $0[$1] = attributes[.modificationDate] as? Date
                }
            }
            try await Service.whileServing(Self.guest) { _ in }
            let before = try artifacts()
            #expect(!before.isEmpty)
            try await Service.whileServing(Self.guest) { _ in }
            #expect(try artifacts() == before)
        }

        /// With the clients that people have, at a pod's own address.
        @Test(.needsClients) func aPodIsAskedByCurlAndByManyConnections() async throws {
            try await withPod { pod in
                let service = try await pod.start("api", .guest(Self.guest))
                let host = try await pod.cri.podSandboxStatus(pod.id).status.network.ip
                let url = "http://\(host):8080"
                try await eventually("an answer of the pod: \(service.text("stderr"))") {
                    (try? HTTPConnection(host: host, port: 8080).get("/hello").status) == 200
                }
                let curl = try await Command(
                    Requirement.curl, ["-sS", "--max-time", "30", "--json", #"{"numbers": [1]}"#, "\(url)/total"],
                    environment: [:]
                ).outcome()
                #expect(curl.stdout == #"{"sum": 1}"#, "\(curl.stderr)")
                let second = try await Command(
                    Requirement.curl,
                    ["-sS", "--max-time", "30", "--http2-prior-knowledge", "-w", "%{http_version}", "\(url)/hello"],
                    environment: [:]
                ).outcome()
                #expect(second.stdout == #"{"hello": "world", "method": "GET"}2"#, "\(second.stderr)")
                let wrk = try await Command(
                    Requirement.wrk, ["-c", "16", "-t", "2", "-d", "2s", "--timeout", "30s", "\(url)/hello"],
                    environment: [:]
                ).outcome()
                #expect(wrk.status == 0 && wrk.stdout.contains("Requests/sec"), "\(wrk)")
                #expect(!wrk.stdout.contains("errors") && !wrk.stdout.contains("Non-2xx"), "\(wrk.stdout)")
                try await service.stop(grace: 30)
                #expect(try await service.status.exitCode == 0)
            }
        }

        /// A server of notes, whose users and whose store are components of their own: put together when they are made,
        /// or when their container is.
        @Test(arguments: ["composed.wasm", "notes.wasm"])
        func aServiceOfThreeComponentsAnswers(entrypoint: String) async throws {
            let folder = try HostFolder()
            let image =
                entrypoint == "composed.wasm"
                ? container(.guest(entrypoint))
                : container(.guest(entrypoint, "auth.wasm", "notesdb.wasm"))
                    .annotation("martlet.dev/components", "auth.wasm, notesdb.wasm")
            let running = image.mount(folder.path, at: "/notes").env("NOTES=/notes")
            try await Service.start(running).whileServing { service in
                let connection = try service.connect()
                let (ann, ben) = ("Authorization: Bearer open", "Authorization: Bearer sesame")
                let unknown = try connection.get("/notes", "Authorization: Bearer shut")
                #expect(unknown.status == 401 && unknown.text == #"{"error": "unknown token"}"#)
                #expect(try connection.get("/notes").text == #"{"error": "no token"}"#)

                try connection.send("PUT /notes/a HTTP/1.1", "Host: a", ann, "Content-Length: 5", "", body: "first")
                #expect(try connection.response().status == 201)
                let read = try connection.get("/notes/a", ann)
                #expect(read.status == 200 && read.text == #"{"text": "first"}"#)
                #expect(try connection.get("/notes", ann).text == #"{"a": "first"}"#)
                #expect(try connection.get("/notes/a", ben).status == 404)
                #expect(try folder.text("ann.json") == #"{"a": "first"}"#)

                let client = try await HTTP2Client(port: service.port)
                let statuses = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<16 { group.addTask { try await client.send("/notes").status } }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(statuses == ["401"])
                try await client.close()
            }
        }
    }
}

extension HTTPConnection.Response {
    fileprivate var json: Any { get throws { try JSONSerialization.jsonObject(with: body) } }
}
