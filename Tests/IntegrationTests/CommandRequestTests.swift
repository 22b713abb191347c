import Foundation
import Testing

extension Integration {
    /// Requests of commands: they are sent by the client that sends those of served components.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct CommandRequestTests {
        private func sender(_ steps: String...) -> Container {
            var sender = container(.guest("send.wasm")).hostNetwork()
            sender.arguments = sender.image.entrypoint + steps
            return sender
        }

        // MARK: Over TLS

        @Test func theContainersRootsAreTrusted() async throws {
            try await SecureServer.whileServing { port, folder in
                let sender = sender("get=https://localhost:\(port)/hello", "get=https://127.0.0.1:\(port)/hello")
                let file = sender.mount(folder, at: "/certificates").env("SSL_CERT_FILE=/certificates/root.pem")
                let named = try await file.run()
                #expect(named.stdout == "200\nhello\n200\nhello\n" && named.status == 0, "\(named)")
                let place = sender.mount("\(folder)/root.pem", at: "/etc/ssl/certs/ca-certificates.crt")
                let usual = try await place.run()
                #expect(usual.stdout == "200\nhello\n200\nhello\n", "\(usual)")
            }
        }

        @Test func anybodyElsesAreNot() async throws {
            try await SecureServer.whileServing { port, folder in
                let refused = try await sender("get=https://localhost:\(port)/hello").run()
                #expect(refused.stdout == "error 13\n", "TLS-certificate-error: \(refused)")
                // Nothing counts beside what a variable names.
                let place = sender("get=https://localhost:\(port)/hello").mount(
                    "\(folder)/root.pem", at: "/etc/ssl/certs/ca-certificates.crt")
                let named = try await place.env("SSL_CERT_FILE=/none").run()
                #expect(named.stdout == "error 37\n", "configuration-error: \(named)")
                #expect(named.stderr.hasPrefix("martlet: there are no root certificates"))
            }
        }

        // MARK: Connections, times and bodies

        @Test func aConnectionServesTheNextRequestToo() async throws {
            let server = try CountingServer()
            let url = "http://127.0.0.1:\(server.port)/"
            let outcome = try await sender("get=\(url)", "get=\(url)a", "soon=\(url)b").run()
            #expect(outcome.stdout == "200\n1\n200\n1\n200\n1\n", "\(outcome)")
            withExtendedLifetime(server) {}
        }

        @Test func whatGoesWrongIsNamed() async throws {
            let closed = try HTTPConnection.freePort()
            try await Service.whileServing { service in
                let here = "http://127.0.0.1:\(service.port)"
                let outcome = try await sender(
                    "soon=\(here)/sleep?20000", "get=http://127.0.0.1:\(closed)/", "get=http://no%20host/",
                    "get=http://name.invalid/", "get=https://127.0.0.1:\(service.port)/hello", "get=\(here)/hello"
                ).run()
                let lines = outcome.stdout.split(separator: "\n")
                #expect(lines.count == 7, "\(outcome)")
                #expect(lines.prefix(3) == ["error 9", "error 6", "error 19"], "\(outcome)")
                // Of a name that nobody knows, or whose servers do not answer.
                #expect(["error 0", "error 1"].contains(lines[3]), "\(outcome)")
                #expect(lines[4...] == ["error 12", "200", "hello"], "\(outcome)")
                #expect(outcome.status == 0)
            }
        }

        @Test func bodiesAndTrailersPassBothWaysAsTheyCome() async throws {
            let line = String(repeating: "x", count: 1023) + "\n"
            let body = String(repeating: line, count: 4096)
            try await Service.whileServing { service in
                let here = "http://127.0.0.1:\(service.port)"
                let sent = try await sender("post=\(here)/count", "get=\(here)/bytes?30000000").stdin(body).run()
                #expect(sent.stdout.hasPrefix("200\n\(body.utf8.count)200\n"), "\(sent.stderr)")
                #expect(sent.stdout.utf8.count == "200\n\(body.utf8.count)200\n".utf8.count + 30_000_000)
                let swapped = try await sender("swap=\(here)/echo").stdin(body).run()
                #expect(swapped.stdout == "200\n\(body)7", "\(swapped.stderr)")
            }
        }

        @Test func onlyAuthoritiesOfTheListAreSentTo() async throws {
            let server = try CountingServer()
            let url = "http://127.0.0.1:\(server.port)/"
            let annotation = "martlet.dev/http-outgoing"
            for (list, answer) in [
                ("127.0.0.1:\(server.port)", "200\n1\n"), ("127.0.0.1", "error 15\n"), ("", "error 15\n"),
            ] {
                let outcome = try await sender("get=\(url)").annotation(annotation, list).run()
                #expect(outcome.stdout == answer, "\(list): \(outcome)")
            }
            withExtendedLifetime(server) {}
        }

        // MARK: As any command

        @Test func aTrapAfterARequestHasItsBacktrace() async throws {
            let server = try CountingServer()
            let outcome = try await sender("get=http://127.0.0.1:\(server.port)/", "trap").run()
            #expect(outcome.stdout == "200\n1\n" && outcome.status == 134, "\(outcome)")
            #expect(outcome.stderr.hasPrefix("martlet: wasm trap: wasm `unreachable`"), "\(outcome)")
            #expect(outcome.stderr.contains("wasm backtrace:\n  0: 0x"), "\(outcome)")
            let wrong = try await sender("nonsense").run()
            #expect(wrong.status == 1 && wrong.stdout + wrong.stderr == "", "\(wrong)")
            withExtendedLifetime(server) {}
        }

        /// The programs beside the engine take memory that only those pods are to pay for that need them.
        @Test func commandsThatCannotSendAreTheEnginesAndOthersHaveNoThreadBeforeTheySend() async throws {
            let prefix = try #require(Requirement.prefix)
            let server = try CountingServer()
            let plain = try await container(.guest("tool.wasm")).args("sleep").start()
            try await plain.says("ready")
            #expect(ProcessFacts(pid: try await plain.pid).isExecuting("\(prefix)/libexec/martlet/martlet-engine"))
            try await plain.kill("SIGTERM")
            #expect(await plain.finished().status == 143)
            for (steps, threads) in [([], 0), (["get=http://127.0.0.1:\(server.port)/"], 1)] {
                var sender = sender()
                sender.arguments += steps + ["hold"]
                let running = try await sender.start()
                try await running.says("ready")
                let process = ProcessFacts(pid: try await running.pid)
                #expect(process.isExecuting("\(prefix)/libexec/martlet/martlet-server"))
                #expect(try process.threadNames.filter { $0 == "requests" }.count == threads)
                try await running.kill("SIGTERM")
                #expect(await running.finished().status == 143)
            }
            withExtendedLifetime(server) {}
        }

        @Test func oneThatIsExecutedBesideAnotherGuestSendsToo() async throws {
            let guests = try #require(Requirement.guests)
            try await SecureServer.whileServing { port, folder in
                let running = try await container(.guest("tool.wasm")).args("sleep").hostNetwork()
                    .mount("\(guests)/send.wasm", at: "/send.wasm")
                    .mount("\(folder)/root.pem", at: "/etc/ssl/cert.pem").start()
                try await running.says("ready")
                for id in ["e1", "e2"] {
                    let outcome = try await running.containerd.ctr(
                        "tasks", "exec", "--fifo-dir", running.containerd.fifos, "--exec-id", id, running.id,
                        "/send.wasm", "get=https://localhost:\(port)/hello")
                    #expect(outcome.stdout == "200\nhello\n" && outcome.status == 0, "\(outcome)")
                }
                try await running.kill("SIGTERM")
                #expect(await running.finished().status == 143)
            }
        }

        @Test func oneIsRunByTheCommandToo() async throws {
            let guests = try #require(Requirement.guests)
            try await SecureServer.whileServing { port, folder in
                try await RuntimeFixture.run { runtime in
                    let outcome = try await runtime.martlet(
                        "run", "--name", "\(runtime.name)-1", "--net", "--dir", "\(folder)::/certificates:ro", "--env",
                        "SSL_CERT_FILE=/certificates/root.pem", "\(guests)/send.wasm",
                        "get=https://localhost:\(port)/hello")
                    #expect(outcome.stdout == "200\nhello\n" && outcome.status == 0, "\(outcome)")
                    let inspected = try await runtime.martlet("inspect", "\(guests)/send.wasm")
                    #expect(inspected.status == 0, "\(inspected)")
                }
            }
        }
    }
}
