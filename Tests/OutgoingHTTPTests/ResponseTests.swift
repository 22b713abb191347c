import Glibc
import OutgoingHTTP
import Testing
import WASIHTTP

@Suite struct ResponseTests {
    private let client = OutgoingClient(on: loops)

    /// A request to a server that answers with the text and closes.
    private func answer(_ text: String, method: String = "GET") -> Guest {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write(text)
        }
        let guest = Guest(client, OutgoingHead(method, server.authority))
        // Until it is there.
        _ = comes { if case .pending = guest.call.progress { false } else { true } }
        return guest
    }

    @Test func `a response comes whole, with its fields but those of the connection`() {
        let guest = answer(
            "HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: two \r\ncontent-length: 5\r\nconnection: x\r\nkeep-alive: y\r\n\r\nhello"
        )
        guard case .response(let status, let fields) = guest.progress else {
            Issue.record("no response")
            return
        }
        #expect(status == 201)
        #expect(fields.entries.map(\.name) == ["x-a", "x-a", "content-length"])
        #expect(fields.values(of: "x-a") == [Array("1".utf8), Array("two".utf8)])
        #expect(guest.readToEnd() == Guest.Rest("hello", .end))
        guard case .complete(nil) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
    }

    @Test func `a request is as the guest has it`() {
        let heads = Handed<String>()
        let server = RawServer { connection, _ in
            heads.give(connection.readHead() ?? "")
            connection.write("HTTP/1.1 204 No Content\r\n\r\n")
        }
        let guest = Guest(
            client, OutgoingHead("REPORT", server.authority, "/a?b=%20", fields: [("x-b", "c"), ("x-b", "d")]))
        #expect(guest.status == 204)
        #expect(heads.take() == "REPORT /a?b=%20 HTTP/1.1\r\nhost: \(server.authority)\r\nx-b: c\r\nx-b: d\r\n\r\n")
    }

    @Test func `chunks come without their framing, and trailers after them`() {
        let guest = answer(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nx-sum: 7\r\n\r\n")
        guard case .response(200, let fields) = guest.progress else {
            Issue.record("no response")
            return
        }
        #expect(fields.entries.isEmpty)
        #expect(guest.readToEnd() == Guest.Rest("abcde", .end))
        guard case .complete(let trailers) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
        #expect(trailers?.text("x-sum") == "7")
    }

    @Test func `interim responses are passed over`() {
        let guest = answer(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        #expect(guest.status == 200)
        #expect(guest.text == "ok")
    }

    @Test func `another protocol is refused`() {
        let guest = answer("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nrest")
        #expect(guest.failure?.code == .upgradeFailed)
        #expect(guest.text == "")
    }

    @Test(arguments: [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")])
    func `some responses have no body, whatever their fields say`(method: String, status: String) {
        let guest = answer("HTTP/1.1 \(status)\r\ncontent-length: 5\r\n\r\n", method: method)
        #expect(guest.status.map(String.init) == String(status.prefix(3)))
        #expect(guest.readToEnd() == Guest.Rest("", .end))
        if case .complete = guest.call.bodyEnd {} else { Issue.record("\(guest.call.bodyEnd)") }
    }

    @Test func `a body may end with the connection`() {
        let guest = answer("HTTP/1.0 200 OK\r\n\r\nto the end")
        #expect(guest.status == 200)
        #expect(guest.readToEnd() == Guest.Rest("to the end", .end))
        if case .complete = guest.call.bodyEnd {} else { Issue.record("\(guest.call.bodyEnd)") }
    }

    @Test(arguments: ["content-length: 9\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n9\r\nhalf"])
    func `a body that is cut short fails`(rest: String) {
        let guest = answer("HTTP/1.1 200 OK\r\n" + rest)
        #expect(guest.status == 200)
        #expect("half".hasPrefix(guest.text))
        guard case .failed(let failure) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
        #expect(failure == OutgoingFailure(.responseIncomplete))
    }

    @Test func `a guest on TCP sees a body that fails by a reset`() {
        let (listener, port) = listenAnywhere()
        defer { close(listener) }
        let mine = connectTo(port: port)
        let theirs = accept(listener, nil, nil)
        let goesOn = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            _ = goesOn.take()
        }
        let guest = Guest(client, OutgoingHead(server.authority), pair: (mine, theirs))
        #expect(guest.status == 200)
        var bytes = [UInt8](repeating: 0, count: 4)
        #expect(recv(guest.socket, &bytes, 4, Int32(MSG_WAITALL)) == 4)
        goesOn.give(true)
        #expect(guest.readToEnd() == Guest.Rest("", .reset))
    }

    @Test func `a guest on TCP gets a whole body and its end`() {
        let (listener, port) = listenAnywhere()
        defer { close(listener) }
        let mine = connectTo(port: port)
        let theirs = accept(listener, nil, nil)
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            let body = connection.read(to: "0\r\n\r\n") ?? ""
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true), pair: (mine, theirs))
        guest.write("question")
        guest.finish()
        #expect(guest.status == 200)
        #expect(guest.readToEnd() == Guest.Rest("8\r\nquestion\r\n0\r\n\r\n", .end))
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nx: a\u{1}b\r\n\r\n",
        "HTTP/1.1 099 Odd\r\n\r\n",
    ])
    func `a response that is none is a protocol error`(text: String) {
        let guest = answer(text)
        #expect(guest.failure?.code == .protocolError)
        #expect(guest.readToEnd() == Guest.Rest("", .end))
    }

    @Test func `a body whose framing is broken fails`() {
        let guest = answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
        _ = guest.progress
        _ = guest.text
        guard case .failed(let failure) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
        #expect(failure.code == .protocolError)
    }

    @Test func `a coding of the connection's that is not known is named`() {
        let guest = answer("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
        #expect(guest.failure == OutgoingFailure(.responseTransferCoding, .text("gzip, chunked")))
    }

    @Test func `a head that is too large is refused`() {
        let line = "x-y: " + String(repeating: "z", count: 1000) + "\r\n"
        let guest = answer("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 80) + "\r\n")
        #expect(guest.failure == OutgoingFailure(.responseHeaderSectionSize, .fields(size: 64 << 10)))
    }

    @Test func `trailers that are too large fail the body`() {
        let line = "x-y: " + String(repeating: "z", count: 1000) + "\r\n"
        let guest = answer(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" + String(repeating: line, count: 80) + "\r\n")
        _ = guest.progress
        _ = guest.text
        guard case .failed(let failure) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
        #expect(failure == OutgoingFailure(.responseTrailerSectionSize, .fields(size: 64 << 10)))
    }

    @Test func `bytes that are not UTF-8 are replaced, as in requests`() {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write(
                Array("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: a".utf8) + [0xff] + Array("\r\n\r\n".utf8))
        }
        let guest = Guest(client, OutgoingHead(server.authority))
        guard case .response(200, let fields) = guest.progress else {
            Issue.record("no response")
            return
        }
        #expect(fields.text("x") == "a\u{fffd}")
    }
}
