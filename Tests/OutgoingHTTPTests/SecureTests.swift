import LinuxSystem
import NIOCore
import NIOPosix
import NIOSSL
import OutgoingHTTP
import Testing
import WASIHTTP

@Suite struct SecureTests {
    private func client(
        log: Handed<String> = Handed(), _ change: (inout TrustRoots) -> Void = { _ in }
    ) -> OutgoingClient {
        var settings = OutgoingSettings()
        settings.trustRoots.places = []
        settings.trustRoots.given = { Certificates.all.root }
        change(&settings.trustRoots)
        settings.log = log.give
        return OutgoingClient(on: loops, settings)
    }

    private func failure(
        _ client: OutgoingClient, _ server: SecureServer, host: String = "localhost"
    ) -> OutgoingFailure? {
        Guest(client, OutgoingHead("\(host):\(server.port)", isSecure: true)).failure
    }

    private func isServed(_ client: OutgoingClient, _ server: SecureServer, host: String = "localhost") -> Bool {
        let guest = Guest(client, OutgoingHead("\(host):\(server.port)", isSecure: true))
        return guest.status == 200 && guest.text == "secure"
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `a name and an address are what the certificate is for, and the connection is kept`(host: String) throws {
        let client = client()
        let server = try SecureServer(Certificates.all.good)
        for _ in 0..<3 {
            #expect(isServed(client, server, host: host))
            // It is kept a moment later.
            for _ in 0..<2 { try loops.next().submit {}.wait() }
        }
        #expect(server.connections == 1)
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `a certificate for another name is refused`(host: String) throws {
        let server = try SecureServer(Certificates.all.misnamed)
        #expect(failure(client(), server, host: host) == OutgoingFailure(.tlsCertificateError))
    }

    @Test func `a certificate whose time is over is refused`() throws {
        let server = try SecureServer(Certificates.all.expired)
        #expect(failure(client(), server) == OutgoingFailure(.tlsCertificateError))
    }

    @Test func `a certificate of an unknown root is refused`() throws {
        let server = try SecureServer(Certificates.all.good)
        let client = client { $0.given = { Certificates.all.otherRoot } }
        #expect(failure(client, server) == OutgoingFailure(.tlsCertificateError))
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func `a server that wants a certificate says so by an alert`(version: TLSVersion) throws {
        let roots = try NIOSSLCertificate.fromPEMBytes(Certificates.all.root)
        let server = try SecureServer(Certificates.all.good) {
            $0.certificateVerification = .noHostnameVerification
            $0.trustRoots = .certificates(roots)
            $0.minimumTLSVersion = version
            $0.maximumTLSVersion = version
        }
        let found = failure(client(), server)
        #expect(found?.code == .tlsAlertReceived)
        let name = version == .tlsv13 ? "certificate_required" : "handshake_failure"
        #expect(found?.detail == .alert(id: version == .tlsv13 ? 116 : 40, message: name))
    }

    @Test func `a server that speaks no TLS is no server`() {
        let server = RawServer { connection, _ in
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            _ = connection.readToEnd()
        }
        let guest = Guest(client(), OutgoingHead(server.authority, isSecure: true))
        #expect(guest.failure == OutgoingFailure(.tlsProtocolError))
    }

    @Test func `a server that says nothing costs the time to connect`() {
        let ended = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readToEnd()
            ended.give(true)
        }
        var times = OutgoingTimes.long
        times.connect = second / 5
        let guest = Guest(client(), OutgoingHead(server.authority, isSecure: true), times)
        #expect(guest.failure == OutgoingFailure(.connectionTimeout))
        #expect(ended.take() == true)
    }

    @Test func `names are told to the server, addresses are not`() {
        let hellos = Handed<String>()
        let server = RawServer { connection, _ in
            hellos.give(connection.read(count: 200))
        }
        _ = Guest(client(), OutgoingHead("localhost:\(server.port)", isSecure: true)).failure
        #expect(hellos.take()?.contains("localhost") == true)
        _ = Guest(client(), OutgoingHead("127.0.0.1:\(server.port)", isSecure: true)).failure
        #expect(hellos.take()?.contains("127.0.0.1") == false)
    }

    @Test func `a server that goes away while TLS is agreed on fails the request`() {
        let server = RawServer { connection, _ in _ = connection.read(count: 1) }
        let guest = Guest(client(), OutgoingHead(server.authority, isSecure: true))
        #expect(guest.failure?.code == .connectionTerminated)
    }

    @Test func `the guest's own file comes before all others`() throws {
        let server = try SecureServer(Certificates.all.good)
        let folder = try makeTemporaryFolder("/tmp/martlet-roots")
        defer { try? removeTree(folder) }
        // What is no certificate costs the others nothing.
        let file = Array("# text\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        try writeFile(file + Certificates.all.root, to: "\(folder)/roots.pem", mode: 0o600)
        #expect(
            isServed(
                client {
                    $0.given = { [] }
                    $0.file = "\(folder)/roots.pem"
                }, server))
        #expect(
            isServed(
                client {
                    $0.given = { [] }
                    $0.folders = "/nowhere:\(folder)"
                }, server))
        #expect(
            isServed(
                client {
                    $0.given = { [] }
                    $0.places = ["/nowhere", "\(folder)/roots.pem"]
                }, server))
        try writeFile(Certificates.all.otherRoot, to: "\(folder)/roots.pem", mode: 0o600)
        #expect(failure(client { $0.file = "\(folder)/roots.pem" }, server) == OutgoingFailure(.tlsCertificateError))
    }

    @Test(arguments: ["/nowhere", "/dev/zero", "/"])
    func `without roots nothing is trusted, and the log says why`(file: String) throws {
        let server = try SecureServer(Certificates.all.good)
        let lines = Handed<String>()
        let client = client(log: lines) { $0.file = file }
        #expect(failure(client, server) == OutgoingFailure(.configurationError))
        #expect(lines.take()?.contains("root certificates") == true)
        // It is looked for again.
        #expect(failure(client, server) == OutgoingFailure(.configurationError))
        #expect(server.connections == 0)
    }
}
