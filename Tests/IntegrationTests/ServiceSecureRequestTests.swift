import Foundation
import Testing

extension Integration {
    /// Requests of served guests over TLS, to `openssl s_server`.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceSecureRequestTests {
        @Test(arguments: Service.guests) func theContainersRootsAreTrusted(_ guest: String) async throws {
            try await SecureServer.whileServing { port, folder in
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
            try await SecureServer.whileServing { port, folder in
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
