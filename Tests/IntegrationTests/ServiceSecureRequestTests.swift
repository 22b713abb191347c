import Foundation
import Testing

extension Integration {
    /// Requests of served guests over TLS, to `openssl s_server`.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceSecureRequestTests {
        /// A root, and a certificate of it for localhost.
        private static let script = """
            set -e
            cd "$1"
            key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
            openssl req -x509 $key -keyout root.key -out root.pem -subj "/CN=root of tests" -days 2
            echo subjectAltName=DNS:localhost,IP:127.0.0.1 >leaf.ext
            openssl req $key -keyout leaf.key -out leaf.csr -subj /CN=leaf
            openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile leaf.ext \\
              -out leaf.pem
            """

        /// A server that answers `/hello`, while the test runs.
        ///
        /// - Parameter body: is given its port, and the folder with `root.pem`.
        private func withServer(_ body: (UInt16, String) async throws -> Void) async throws {
            let host = try HostFolder()
            defer { withExtendedLifetime(host) {} }
            let folder = host.path
            let made = try await Command(
                "/bin/sh", ["-c", Self.script, "sh", folder], environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
            try #require(made.status == 0, "\(made)")
            try "hello\n".write(toFile: "\(folder)/hello", atomically: true, encoding: .utf8)
            let port = try HTTPConnection.freePort()
            let words = [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "leaf.pem", "-key", "leaf.key", "-WWW", "-quiet",
            ]
            let server = try Command(
                "/bin/sh", ["-c", "cd \"$0\" && exec openssl \"$@\"", folder] + words,
                environment: ["PATH": "/usr/bin:/bin"])
            // Its other signals are blocked, as the test's threads have them.
            defer { kill(server.pid, SIGKILL) }
            // It serves one connection after the other; one that says nothing is soon over.
            try await eventually("openssl's server") { (try? HTTPConnection(port: port)) != nil }
            try await body(port, folder)
        }

        @Test(arguments: Service.guests) func theContainersRootsAreTrusted(_ guest: String) async throws {
            try await withServer { port, folder in
                let named = container(.guest(guest)).mount(folder, at: "/certificates")
                try await Service.start(named, env: ["SSL_CERT_FILE=/certificates/root.pem"]).whileServing { service in
                    let connection = try service.connect()
                    let answer = try connection.get("/fetch-secure?localhost:\(port)/hello")
                    #expect(answer.text == "200\nhello\n")
                    #expect(try connection.get("/fetch-secure?127.0.0.1:\(port)/hello").text == "200\nhello\n")
                }
                let usual = container(.guest(guest)).mount(
                    "\(folder)/root.pem", at: "/etc/ssl/certs/ca-certificates.crt")
                try await Service.start(usual).whileServing { service in
                    let answer = try service.connect().get("/fetch-secure?localhost:\(port)/hello")
                    #expect(answer.text == "200\nhello\n")
                }
            }
        }

        @Test(arguments: Service.guests) func anybodyElsesIsNot(_ guest: String) async throws {
            try await withServer { port, folder in
                try await Service.whileServing(guest) { service in
                    let refused = try service.connect().get("/fetch-secure?localhost:\(port)/hello")
                    #expect(refused.text == "error 13", "TLS-certificate-error")
                    let plain = try service.connect().get("/fetch-secure?127.0.0.1:\(service.port)/hello")
                    #expect(plain.text == "error 12", "TLS-protocol-error")
                }
            }
        }
    }
}
