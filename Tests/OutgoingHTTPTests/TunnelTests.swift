import Glibc
import OutgoingHTTP
import Testing
import WASIHTTP

/// The tunnel as the engine's client sees it.
@Suite struct TunnelTests {
    private let client = OutgoingClient(on: loops)
    private let tunnel: OutgoingTunnel
    private let call = OutgoingCall()

    init() throws {
        tunnel = try OutgoingTunnel(client)
    }

    private func connect() throws -> RawConnection {
        let socket = connectTo(port: try #require(Int(tunnel.authority.split(separator: ":")[1])))
        limitWaiting(socket)
        return RawConnection(socket)
    }

    private func expect(_ head: OutgoingHead) -> String { tunnel.expect(head, .long, call) }

    @Test func `bodies pass both ways and nothing else does`() throws {
        let received = Handed<String>()
        let server = RawServer { connection, _ in
            received.give(connection.readHead() ?? "")
            received.give(connection.read(to: "x-sum: 7\r\n\r\n") ?? "")
            connection.write(
                "HTTP/1.1 404 No\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-t: u\r\n\r\n")
        }
        let path = expect(OutgoingHead("PUT", server.authority, "/real", fields: [("x-own", "1")], hasBody: true))
        let engine = try connect()
        engine.write("POST \(path) HTTP/1.1\r\nhost: a\r\nx-engine: 1\r\ntransfer-encoding: chunked\r\n\r\n")
        engine.write("5\r\nhello\r\n")
        let head = try #require(received.take())
        #expect(head.hasPrefix("PUT /real HTTP/1.1\r\nhost: \(server.authority)\r\nx-own: 1\r\n"), "\(head)")
        #expect(!head.contains("x-engine"))
        var trailers = FieldList()
        try trailers.append("x-sum", Array("7".utf8))
        call.finish(trailers: trailers)
        engine.write("0\r\n\r\n")
        #expect(received.take() == "5\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n")
        let answer = try #require(engine.readHead())
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && !answer.contains("x-a"), "\(answer)")
        #expect(engine.read(to: "0\r\n\r\n") == "2\r\nok\r\n0\r\n\r\n")
        guard case .response(404, let fields) = call.progress, case .complete(let end?) = call.bodyEnd else {
            Issue.record("\(call.progress), \(call.bodyEnd)")
            return
        }
        #expect(fields.text("x-a") == "b" && end.text("x-t") == "u")
    }

    @Test func `a request that comes to nothing is answered with nothing`() throws {
        let path = expect(OutgoingHead("127.0.0.1:1"))
        let engine = try connect()
        engine.write("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(engine.readHead()?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
        #expect(engine.readToEnd() == "0\r\n\r\n")
        guard case .failed(let failure) = call.progress else {
            Issue.record("\(call.progress)")
            return
        }
        #expect(failure.code == .connectionRefused)
    }

    @Test func `a response that is broken off has no end`() throws {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok")
        }
        let path = expect(OutgoingHead(server.authority))
        let engine = try connect()
        engine.write("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(engine.readHead() != nil)
        #expect(!engine.readToEnd().hasSuffix("0\r\n\r\n"))
        guard case .failed(let failure) = call.bodyEnd else {
            Issue.record("\(call.bodyEnd)")
            return
        }
        #expect(failure.code == .responseIncomplete)
    }

    @Test func `a body that the engine breaks off is not taken for whole`() throws {
        let received = Handed<String>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            received.give(connection.readToEnd())
        }
        let path = expect(OutgoingHead("POST", server.authority, hasBody: true))
        do {
            let engine = try connect()
            engine.write("POST \(path) HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
            #expect(comes { server.connections == 1 })
        }
        let text = try #require(received.take())
        #expect(!text.hasSuffix("0\r\n\r\n"), "\(text)")
    }

    @Test func `nobody is served who does not know a path`() throws {
        let server = RawServer { connection, _ in connection.answerAll("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") }
        let path = expect(OutgoingHead(server.authority))
        for wrong in ["/", path + "0", String(path.dropLast()), "*"] {
            let stranger = try connect()
            stranger.write("GET \(wrong) HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(stranger.readToEnd() == "")
        }
        for isKnown in [true, false] {
            let engine = try connect()
            engine.write("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect((engine.readHead() != nil) == isKnown)
        }
        #expect(server.connections == 1)
    }
}
