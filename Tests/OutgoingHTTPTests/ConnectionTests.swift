import Glibc
import NIOCore
import NIOPosix
import OutgoingHTTP
import Testing
import WASIHTTP

@Suite struct ConnectionTests {
    private static let fine = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    private func client(_ change: (inout OutgoingSettings) -> Void = { _ in }) -> OutgoingClient {
        var settings = OutgoingSettings()
        change(&settings)
        return OutgoingClient(on: loops, settings)
    }

    /// Asks once and reads the answer.
    private func ask(_ client: OutgoingClient, _ server: RawServer, _ method: String = "GET") -> String {
        let guest = Guest(client, OutgoingHead(method, server.authority))
        guard let status = guest.status else { return "no response" }
        let rest = guest.readToEnd()
        // It is kept a moment later.
        _ = try? loops.next().submit {}.wait()
        _ = try? loops.next().submit {}.wait()
        return "\(status) \(rest.text)"
    }

    @Test func `one connection serves one request after the other`() {
        let client = client()
        let server = RawServer { connection, _ in connection.answerAll(Self.fine) }
        for _ in 0..<5 { #expect(ask(client, server) == "200 ok") }
        #expect(server.connections == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ])
    func `a connection that the server won't keep is not used again`(answer: String) {
        let client = client()
        let server = RawServer { connection, _ in connection.answerAll(answer) }
        for _ in 0..<2 { #expect(ask(client, server) == "200 ok") }
        #expect(server.connections == 2)
    }

    @Test func `a connection that the server closes is replaced`() {
        let client = client()
        let closed = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write(Self.fine)
            closed.give(true)
        }
        for _ in 0..<3 {
            #expect(ask(client, server) == "200 ok")
            #expect(closed.take() == true)
        }
        #expect(server.connections == 3)
    }

    @Test func `bytes that nobody asked for end a connection`() {
        let client = client()
        let server = RawServer { connection, _ in
            connection.answerAll(Self.fine + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
        }
        for _ in 0..<3 { #expect(ask(client, server) == "200 ok") }
        #expect(server.connections == 3)
    }

    @Test func `bytes that nobody asked for are no answer to who waits for the connection`() {
        let client = client { $0.mostConnections = 1 }
        let goesOn = Handed<Bool>()
        let server = RawServer { connection, index in
            _ = connection.readHead()
            _ = goesOn.take()
            let evil = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"
            connection.write(index == 0 ? Self.fine + evil : Self.fine)
        }
        let guests = (0..<2).map { _ in Guest(client, OutgoingHead(server.authority)) }
        // The second one waits by now.
        for _ in 0..<3 { _ = try? loops.next().submit {}.wait() }
        for _ in guests { goesOn.give(true) }
        for guest in guests {
            #expect(guest.status == 200)
            #expect(guest.text == "ok")
        }
    }

    /// A server whose first connection answers once, takes the next request and ends.
    private func fickle() -> RawServer {
        RawServer { connection, index in
            if index > 0 { return connection.answerAll(Self.fine) }
            _ = connection.readHead()
            connection.write(Self.fine)
            _ = connection.readHead()
        }
    }

    @Test func `a request that meets the end of a kept connection is sent once more`() {
        let client = client()
        let server = fickle()
        for _ in 0..<3 { #expect(ask(client, server) == "200 ok") }
        #expect(server.connections == 2)
    }

    @Test func `a request that does something each time is not sent twice`() {
        let client = client()
        let server = fickle()
        #expect(ask(client, server) == "200 ok")
        let guest = Guest(client, OutgoingHead("POST", server.authority))
        #expect(guest.failure == OutgoingFailure(.connectionTerminated))
        #expect(server.connections == 1)
    }

    @Test func `a request whose body has begun is not sent twice`() {
        let client = client()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write(Self.fine)
            _ = connection.readHead()
            _ = connection.read(to: "begun")
        }
        #expect(ask(client, server) == "200 ok")
        let guest = Guest(client, OutgoingHead("PUT", server.authority, hasBody: true))
        guest.write("begun")
        #expect(guest.failure == OutgoingFailure(.connectionTerminated))
        #expect(server.connections == 1)
    }

    @Test func `a new connection that ends is no reason to send again`() {
        let client = client()
        let server = RawServer { connection, _ in _ = connection.readHead() }
        let guest = Guest(client, OutgoingHead(server.authority))
        #expect(guest.failure == OutgoingFailure(.connectionTerminated))
        #expect(server.connections == 1)
    }

    @Test func `idle connections have their time`() {
        let client = client { $0.idleTime = second / 20 }
        let closed = Handed<Bool>()
        let server = RawServer { connection, _ in
            connection.answerAll(Self.fine)
            closed.give(true)
        }
        #expect(ask(client, server) == "200 ok")
        #expect(closed.take() == true)
    }

    @Test func `a client that is closed keeps no connection`() {
        let client = client()
        let closed = Handed<Bool>()
        let server = RawServer { connection, _ in
            connection.answerAll(Self.fine)
            closed.give(true)
        }
        #expect(ask(client, server) == "200 ok")
        client.close()
        #expect(closed.take() == true)
        #expect(ask(client, server) == "200 ok")
        #expect(closed.take() == true)
    }

    @Test func `no more are kept for a destination than may be`() {
        let client = client { $0.mostIdle = 1 }
        let goesOn = Handed<Bool>()
        let closed = Handed<Bool>()
        let server = RawServer { connection, _ in
            while connection.readHead() != nil {
                _ = goesOn.take()
                connection.write(Self.fine)
            }
            closed.give(true)
        }
        let guests = (0..<2).map { _ in Guest(client, OutgoingHead(server.authority)) }
        #expect(comes { server.connections == 2 })
        for _ in guests { goesOn.give(true) }
        for guest in guests { #expect(guest.status == 200) }
        #expect(closed.take() == true)
    }

    @Test func `who finds all connections in use waits for one`() {
        let client = client { $0.mostConnections = 1 }
        let goesOn = Handed<Bool>()
        let server = RawServer { connection, _ in
            while connection.readHead() != nil {
                _ = goesOn.take()
                connection.write(Self.fine)
            }
        }
        let guests = (0..<3).map { _ in Guest(client, OutgoingHead(server.authority)) }
        for _ in guests { goesOn.give(true) }
        for guest in guests { #expect(guest.status == 200) }
        #expect(server.connections == 1)
    }

    @Test func `an idle connection makes room for another destination`() {
        let client = client { $0.mostConnections = 1 }
        let servers = (0..<2).map { _ in RawServer { connection, _ in connection.answerAll(Self.fine) } }
        for _ in 0..<2 {
            for server in servers { #expect(ask(client, server) == "200 ok") }
        }
        #expect(servers.map(\.connections) == [2, 2])
    }

    @Test func `one in use makes room for another destination when it is done`() {
        let client = client { $0.mostConnections = 1 }
        let goesOn = Handed<Bool>()
        let busy = RawServer { connection, _ in
            _ = connection.readHead()
            _ = goesOn.take()
            connection.write(Self.fine)
            _ = connection.readToEnd()
        }
        let server = RawServer { connection, _ in connection.answerAll(Self.fine) }
        let first = Guest(client, OutgoingHead(busy.authority))
        #expect(comes { busy.connections == 1 })
        let other = Guest(client, OutgoingHead(server.authority))
        goesOn.give(true)
        #expect(first.status == 200)
        #expect(other.status == 200)
    }

    @Test func `there is an end to waiting for a connection`() {
        let client = client {
            $0.mostConnections = 1
            $0.mostWaiting = 1
        }
        let done = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            _ = done.take()
        }
        let first = Guest(client, OutgoingHead(server.authority))
        #expect(comes { server.connections == 1 })
        var times = OutgoingTimes.long
        times.connect = second / 10
        let waits = Guest(client, OutgoingHead(server.authority), times)
        let refused = Guest(client, OutgoingHead(server.authority))
        #expect(refused.failure == OutgoingFailure(.connectionLimitReached))
        #expect(waits.failure == OutgoingFailure(.connectionLimitReached))
        done.give(true)
        #expect(first.failure == OutgoingFailure(.connectionTerminated))
        // Nothing has been lost.
        let later = Guest(client, OutgoingHead(server.authority))
        done.give(true)
        #expect(later.failure == OutgoingFailure(.connectionTerminated))
    }
}
