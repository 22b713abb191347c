import Foundation
import NIOHPACK
import Testing

extension Integration {
    /// Core modules that answer HTTP requests, CGI style.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServedModuleTests {
        private func start(
            _ annotations: [String: String] = [:], env: [String] = []
        ) async throws -> Service {
            let container = container(.guest("cgi.wasm")).args("one")
            return try await Service.start(container, annotations.merging(["module": "wagi"]) { $1 }, env: env)
        }

        @Test func aRequestIsARunOfTheModule() async throws {
            let outcome = try await start().whileServing { service in
                let connection = try service.connect()
                let response = try connection.get("/hello")
                #expect(response.status == 200 && response.text == "hello\n")
                #expect(response.fields["x-guest"] == "cgi" && response.fields["content-type"] == "text/plain")
                let missing = try connection.get("/no%20such")
                #expect(missing.status == 404 && missing.text == "/no such")
                #expect(try connection.get("/hello", method: "HEAD").fields["x-guest"] == "cgi")
                #expect(try connection.get("/%00").status == 400)
            }
            #expect(outcome.status == 0, "\(outcome.stderr)")
            #expect(outcome.stderr == "" && outcome.stdout == "")
        }

        @Test func theRequestIsTheEnvironment() async throws {
            let env = ["MOOD=good", "HTTP_X_OWN=container", "REQUEST_METHOD=none"]
            try await start(env: env).whileServing { service in
                let response = try service.connect().get(
                    "/env?a=1&b=%20", method: "OPTIONS", "X-One: a", "x-one: b", "Cookie: c=1", "Cookie: d=2",
                    "Proxy: http://evil", "X_One: c", "X-Own: client", "Authorization: Bearer t",
                    "Connection: keep-alive")
                let lines = response.text.split(separator: "\n").map(String.init)
                let expected = [
                    "MOOD=good", "REQUEST_METHOD=OPTIONS", "PATH_INFO=/env", "SCRIPT_NAME=", "QUERY_STRING=a=1&b=%20",
                    "GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=HTTP/1.1", "SERVER_NAME=a", "HTTP_HOST=a",
                    "SERVER_PORT=\(service.port)", "REMOTE_ADDR=127.0.0.1", "HTTP_X_ONE=a, b", "HTTP_COOKIE=c=1; d=2",
                    "HTTP_X_OWN=container", "HTTP_AUTHORIZATION=Bearer t", "X_MATCHED_ROUTE=/...",
                    "X_FULL_URL=http://a/env?a=1&b=%20", "X_RAW_PATH_INFO=/env", "REQUEST_ID=0", "argument=one",
                ]
                for line in expected { #expect(lines.contains(line), "\(line)") }
                let names = lines.map { $0.prefix { $0 != "=" } }.filter { $0 != "argument" }
                #expect(Set(names).count == names.count)
                for name in ["HTTP_PROXY", "HTTP_CONNECTION", "CONTENT_LENGTH", "WASMTIME_HTTP_PROXY_SOCKET_ADDR"] {
                    #expect(!names.contains { $0 == name }, "\(name)")
                }
            }
        }

        @Test func bodiesPassBothWays() async throws {
            try await start().whileServing { service in
                let connection = try service.connect()
                try connection.send(
                    "POST /echo HTTP/1.1", "Host: a", "Content-Length: 4", "Expect: 100-continue", "")
                #expect(try connection.head().status == 100)
                try connection.write(Data("four".utf8))
                let small = try connection.response()
                #expect(small.text == "four" && small.fields["x-length"] == "4")
                // In chunks, as they come: the guest has begun before they are all there.
                try connection.send("POST /echo HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "5", "first")
                #expect(try connection.head().fields["x-length"] == "")
                #expect(try connection.chunks(5) == Data("first".utf8))
                try connection.send("6", "second", "0", "")
                #expect(try connection.chunks(6) == Data("second".utf8))
                #expect(try connection.chunk().isEmpty)
                _ = try connection.bytes(2)
                #expect(try connection.get("/hello").text == "hello\n")
            }
        }

        @Test func overHTTP2Too() async throws {
            try await start().whileServing { service in
                let client = try await HTTP2Client(port: service.port)
                let body = [UInt8](repeating: 7, count: 3 << 20)
                let echo = try await client.send("/echo", method: "POST", body: body)
                #expect(echo.status == "200" && echo.body == body)
                #expect(try await client.send("/env").text.contains("SERVER_PROTOCOL=HTTP/2.0\n"))
                try await client.close()
            }
        }

        @Test func whatIsWrittenGoesOutAsItComes() async throws {
            try await start().whileServing { service in
                let connection = try service.connect()
                try connection.send("GET /ticks?30 HTTP/1.1", "Host: a", "")
                #expect(try connection.head().fields["content-type"] == "text/event-stream")
                #expect(try connection.chunks(5) == Data("tick\n".utf8))
                // It goes on while another is answered, and its own end is not there yet.
                #expect(try service.connect().get("/hello").text == "hello\n")
                #expect(try connection.chunks(145).count == 145)
                #expect(try connection.chunk().isEmpty)
                let late = try service.connect().get("/slow-head")
                #expect(late.status == 202 && late.text == "late\n")
            }
        }

        /// The slower side says how fast: what the other sends is not kept.
        @Test func largeBodiesTakeNoMemory() async throws {
            let outcome = try await start().whileServing { service in
                let download = try service.connect()
                try download.send("GET /large?8192 HTTP/1.1", "Host: a", "")
                #expect(try download.head().status == 200)
                #expect(try !download.chunk().isEmpty)
                try await Task.sleep(for: .milliseconds(500))
                let whole = try service.connect().get("/large?320")
                #expect(whole.body.count == 320 << 16)
                let resident = try await service.running.status("VmHWM") ?? ""
                let kilobytes = try #require(Int(resident.split(separator: " ").first ?? ""), "\(resident)")
                #expect(kilobytes < 128 << 10)
            }
            // The client that went away was noticed.
            #expect(outcome.status == 0)
        }

        @Test func aRunThatGoesWrongCostsItsRequestOnly() async throws {
            let outcome = try await start(["header-limit": "2000"]).whileServing { service in
                #expect(try service.connect().get("/trap").status == 500)
                #expect(try service.connect().get("/exit?3").status == 500)
                #expect(try service.connect().get("/exit?0").status == 500)
                let late = try service.connect().get("/exit-late?4")
                #expect(late.status == 200 && late.text == "enough\n")
                let cut = try service.connect()
                try cut.send("GET /trap-late HTTP/1.1", "Host: a", "")
                #expect(try cut.head().status == 200)
                #expect(try cut.chunks(6) == Data("begun\n".utf8))
                #expect(try cut.isAtEnd())
                #expect(try service.connect().get("/memory?16").text == "has it\n")
            }
            #expect(outcome.status == 0)
            #expect(outcome.stderr.contains("unreachable") && outcome.stderr.contains("wasm backtrace"))
            #expect(outcome.stderr.contains("request 1 ended with status 3\n"))
            #expect(outcome.stderr.contains("request 2: it ended before its header did\n"))
            #expect(outcome.stderr.contains("request 3 ended with status 4\n"))
        }

        /// At once, and by a guest that takes its time.
        @Test(arguments: [0, 50])
        func whatIsNoHeadIsRefused(milliseconds: Int) async throws {
            let heads = [
                "no colon\n\n": "a line without a colon", "X-Only: 1\n\n": "neither Content-Type nor",
                "Connection: close\nStatus: 200\n\n": "the server's to send", "Status: 99 Odd\n\n": "the status",
                "Content-Type: \u{1}\n\n": "which is no field", "\n": "neither Content-Type nor",
                "Content-Type: text/plain\n": "it ended before its header did",
                "Content-Type: " + String(repeating: "x", count: 3000) + "\n\n": "its header is too long",
            ]
            let outcome = try await start(["header-limit": "2000"]).whileServing { service in
                for head in heads.keys.sorted() {
                    let connection = try service.connect()
                    try connection.send(
                        "POST /head?\(milliseconds) HTTP/1.1", "Host: a", "Content-Length: \(head.utf8.count)", "",
                        body: head)
                    #expect(try connection.response().status == 500, "\(head)")
                }
                let connection = try service.connect()
                let head = "Location: /hello\r\n\r\n"
                try connection.send(
                    "POST /head?\(milliseconds) HTTP/1.1", "Host: a", "Content-Length: \(head.utf8.count)", "",
                    body: head)
                let response = try connection.response()
                #expect(response.status == 302 && response.fields["location"] == "/hello")
            }
            for reason in heads.values { #expect(outcome.stderr.contains(reason), "\(reason)") }
        }

        @Test func aRunThatTakesTooLongIsStopped() async throws {
            let port = try HTTPConnection.freePort()
            let limits = ["request-timeout": "2", "metrics": "127.0.0.1:\(port)"]
            let outcome = try await start(limits).whileServing { service in
                let (spinning, sleeping) = (try service.connect(), try service.connect())
                try spinning.send("GET /loop HTTP/1.1", "Host: a", "")
                try sleeping.send("GET /sleep?3600 HTTP/1.1", "Host: a", "")
                #expect(try spinning.response().status == 504)
                #expect(try sleeping.response().status == 504)
                // Neither goes on, and one that sleeps for a moment does.
                try await eventually("the end of both") {
                    try ServiceFigureTests.figures(port)["martlet_guest_instances"] == 0
                }
                #expect(try service.connect().get("/sleep?1").text == "slept\n")
            }
            #expect(outcome.status == 0)
            #expect(outcome.stderr.contains("its time is over"))
        }

        @Test func whatItComplainsOfReachesTheLogByWholeLines() async throws {
            let outcome = try await start().whileServing { service in
                let connections = try (0..<8).map { _ in try service.connect() }
                for (number, connection) in connections.enumerated() {
                    try connection.send("GET /complain?\(number) HTTP/1.1", "Host: a", "")
                }
                for connection in connections { #expect(try connection.response().status == 200) }
            }
            let lines = outcome.stderr.split(separator: "\n").map(String.init).sorted()
            #expect(lines == (0..<8).map { n in (0..<3).map { "part \($0) of \(n)," }.joined() })
            #expect(outcome.stdout == "")
        }

        @Test func itHasTheContainersFilesAndMemory() async throws {
            let file = try HostFile("a file\n")
            let container = container(.guest("cgi.wasm")).memoryLimit(96 << 20).mount(file.path, at: "/data/file", "ro")
            let service = try await Service.start(container, ["module": "wagi"])
            try await service.whileServing { service in
                let connection = try service.connect()
                #expect(try connection.get("/memory?512").text == "has it not\n")
                #expect(try connection.get("/read?/data/file").text == "a file\n")
            }
        }

        @Test func whatIsExecutedBesideItIsACommand() async throws {
            let service = try await start()
            try await service.whileServing { service in
                let running = service.running
                let outcome = try await running.containerd.ctr(
                    [
                        "tasks", "exec", "--fifo-dir", running.containerd.fifos, "--exec-id", "e1", running.id,
                        "/cgi.wasm",
                    ])
                #expect(outcome.stdout.hasPrefix("Status: 404"), "\(outcome)")
                let response = try service.connect().get("/hello")
                #expect(response.status == 200)
            }
        }

        @Test func anAnnotationSaysWhichModulesAreServed() async throws {
            let command = container(.guest("tool.wasm")).args("exit", "7")
            #expect(try await command.annotation("martlet.dev/http-module", "none").run().status == 7)
            let own = command.annotation("io.kubernetes.cri.container-name", "job")
                .annotation("martlet.dev/http-module", "wagi")
            #expect(try await own.annotation("martlet.dev/http-module.job", "none").run().status == 7)
            let refused = try await command.annotation("martlet.dev/http-module", "fastcgi").run()
            #expect(refused.status != 0)
            #expect(refused.stderr.contains("martlet.dev/http-module is \"fastcgi\""), "\(refused.stderr)")
            // One that was compiled as a command is served nevertheless.
            let plain = try await container(.guest("cgi.wasm")).run()
            #expect(plain.stdout.hasPrefix("Status: 404"))
            try await start().whileServing { service in
                let response = try service.connect().get("/hello")
                #expect(response.status == 200)
            }
            // Text is a module too.
            let text = try await Service.start(container(.guest("hello.wat")), ["module": "wagi"])
            try await text.whileServing { service in
                let response = try service.connect().get("/")
                #expect(response.status == 500)
            }
        }
    }
}
