import Glibc
import OutgoingHTTP
import Testing
import WASIHTTP

@Suite struct RequestBodyTests {
    private let client = OutgoingClient(on: loops)
    private let fine = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    @Test func `a body without a length is sent in chunks, with its trailers`() throws {
        let received = Handed<String>()
        let server = RawServer { [fine] connection, _ in
            received.give(connection.readHead() ?? "")
            received.give(connection.read(to: "x-sum: 7\r\n\r\n") ?? "")
            connection.write(fine)
        }
        let guest = Guest(client, OutgoingHead("GET", server.authority, hasBody: true))
        #expect(received.take()?.hasSuffix("\r\ntransfer-encoding: chunked\r\n\r\n") == true)
        guest.write("hello")
        var trailers = FieldList()
        try trailers.append("x-sum", Array("7".utf8))
        guest.finish(trailers)
        #expect(received.take() == "5\r\nhello\r\n0\r\nx-sum: 7\r\n\r\n")
        #expect(guest.status == 200)
        #expect(guest.text == "ok")
    }

    @Test func `a body with the guest's own length is sent as it is`() {
        let received = Handed<String>()
        let server = RawServer { [fine] connection, _ in
            received.give(connection.readHead() ?? "")
            received.give(connection.read(count: 5))
            connection.write(fine)
        }
        let guest = Guest(
            client, OutgoingHead("POST", server.authority, fields: [("content-length", "5")], hasBody: true))
        guest.write("hello")
        guest.finish()
        #expect(received.take()?.hasSuffix("\r\ncontent-length: 5\r\n\r\n") == true)
        #expect(received.take() == "hello")
        #expect(guest.status == 200)
    }

    @Test func `an empty body is whole`() {
        let received = Handed<String>()
        let server = RawServer { [fine] connection, _ in
            _ = connection.readHead()
            received.give(connection.read(count: 5))
            connection.write(fine)
        }
        let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true))
        guest.finish()
        #expect(received.take() == "0\r\n\r\n")
        #expect(guest.status == 200)
    }

    @Test func `a request that could have a body and has none says so`() {
        let received = Handed<String>()
        let server = RawServer { [fine] connection, _ in
            received.give(connection.readHead() ?? "")
            connection.write(fine)
        }
        let guest = Guest(client, OutgoingHead("POST", server.authority))
        #expect(received.take()?.hasSuffix("\r\ncontent-length: 0\r\n\r\n") == true)
        #expect(guest.status == 200)
    }

    @Test(arguments: ["hel", "hello there"])
    func `a body must be as long as the guest has said`(text: String) {
        let received = Handed<String>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            received.give(connection.readToEnd())
        }
        let guest = Guest(
            client, OutgoingHead("POST", server.authority, fields: [("content-length", "5")], hasBody: true))
        guest.write(text)
        guest.finish()
        #expect(guest.failure == OutgoingFailure(.requestBodySize, .body(size: UInt64(text.utf8.count))))
        #expect((received.take()?.utf8.count ?? 9) <= 5)
    }

    @Test func `a length without a body is wrong at once`() {
        let guest = Guest(client, OutgoingHead("POST", "127.0.0.1:1", fields: [("content-length", "5")]))
        #expect(guest.failure == OutgoingFailure(.requestBodySize, .body(size: 0)))
    }

    @Test func `lengths that are none, or two, are refused`() {
        for fields in [[("content-length", "x")], [("content-length", "1"), ("content-length", "2")]] {
            let guest = Guest(client, OutgoingHead("POST", "127.0.0.1:1", fields: fields, hasBody: true))
            #expect(guest.failure?.code == .protocolError)
        }
    }

    @Test func `a body that ends without the guest's word is broken off`() {
        let received = Handed<String>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            received.give(connection.read(to: "hello\r\n") ?? "")
            received.give(connection.readToEnd())
        }
        let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true))
        guest.write("hello")
        #expect(received.take() == "5\r\nhello\r\n")
        shutdown(guest.socket, Int32(SHUT_WR))
        #expect(guest.failure?.code == .internalError)
        // No last chunk: the server can tell.
        #expect(received.take() == "")
    }

    @Test func `a response may come before the body is whole, and its connection is not used again`() {
        let server = RawServer { connection, index in
            _ = connection.readHead()
            connection.write(
                "HTTP/1.1 413 No\r\ncontent-length: \(index)\r\n\r\n" + String(repeating: "x", count: index))
            _ = connection.readToEnd()
        }
        let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true))
        guest.write("begun")
        #expect(guest.status == 413)
        #expect(guest.readToEnd() == Guest.Rest("", .end))
        // Nobody wants the rest, but writing it is no error.
        #expect(guest.write([UInt8](repeating: 1, count: 1 << 20)))
        guest.finish()
        let other = Guest(client, OutgoingHead(server.authority))
        #expect(other.status == 413)
        #expect(other.text == "x")
        #expect(server.connections == 2)
    }

    @Test func `a response that comes before the server goes away is not lost with the body`() {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 413 No\r\ncontent-length: 2\r\n\r\nno")
        }
        for _ in 0..<20 {
            let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true))
            for _ in 0..<32 { guest.write([UInt8](repeating: 1, count: 1 << 16)) }
            #expect(guest.status == 413)
            #expect(guest.text == "no")
        }
    }

    @Test(arguments: ["/a b", "/a\r\nx: y", "/\u{0}", "", "a"])
    func `a target that would be two lines is refused`(target: String) {
        let guest = Guest(client, OutgoingHead("GET", "127.0.0.1:1", target))
        #expect(guest.failure?.code == .requestURIInvalid)
    }

    @Test(arguments: ["", "A B", "A\r\n", "CONNECT"])
    func `a method that can't be sent is refused`(method: String) {
        let guest = Guest(client, OutgoingHead(method, "127.0.0.1:1"))
        #expect(guest.failure?.code == .requestMethodInvalid)
    }

    @Test func `fields that were never checked are`() {
        var head = OutgoingHead("GET", "127.0.0.1:1")
        head.fields = FieldList(received: [("x", "a\r\ny: b")])
        #expect(Guest(client, head).failure?.code == .protocolError)
        head.fields = FieldList(received: [("x y", "a")])
        #expect(Guest(client, head).failure?.code == .protocolError)
        head.fields = FieldList()
        head.authorityText = "a\r\nx: y"
        #expect(Guest(client, head).failure?.code == .requestURIInvalid)
    }
}
