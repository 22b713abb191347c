import Glibc
import NIOCore
import NIOPosix
import OutgoingHTTP
import Testing
import WASIHTTP

@Suite struct FailureTests {
    private let client = OutgoingClient(on: loops)

    @Test func `a port where nobody listens refuses`() {
        let (listener, port) = listenAnywhere()
        close(listener)
        let guest = Guest(client, OutgoingHead("127.0.0.1:\(port)"))
        #expect(guest.failure == OutgoingFailure(.connectionRefused))
        #expect(guest.readToEnd() == Guest.Rest("", .end))
        guard case .failed(let failure) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
        #expect(failure.code == .connectionRefused)
    }

    @Test func `a name that has addresses is connected to`() {
        let server = RawServer { connection, _ in connection.answerAll("HTTP/1.1 204 No Content\r\n\r\n") }
        let guest = Guest(client, OutgoingHead("localhost:\(server.port)"))
        #expect(guest.status == 204)
    }

    @Test func `a name where nobody listens refuses`() {
        let (listener, port) = listenAnywhere()
        close(listener)
        #expect(Guest(client, OutgoingHead("localhost:\(port)")).failure == OutgoingFailure(.connectionRefused))
    }

    @Test func `a name that can't be one is not found`() {
        let name = String(repeating: "a", count: 300) + ".invalid"
        let failure = Guest(client, OutgoingHead("\(name):80")).failure
        #expect(failure?.code == .dnsError)
        guard case .dns(_, nil) = failure?.detail else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func `a connection that is reset before the response is terminated`() {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.resetAtEnd()
        }
        #expect(Guest(client, OutgoingHead(server.authority)).failure == OutgoingFailure(.connectionTerminated))
    }

    @Test func `an address that takes no connection costs the time to connect`() {
        // What is not accepted fills the queue, and then nothing is answered.
        let (listener, port) = listenAnywhere(backlog: 0)
        defer { close(listener) }
        var fillers: [Int32] = []
        defer { for filler in fillers { close(filler) } }
        fillers.append(connectTo(port: port))
        var times = OutgoingTimes.long
        times.connect = second / 10
        times.firstByte = second / 2
        let guests = (0..<4).map { _ in Guest(client, OutgoingHead("127.0.0.1:\(port)"), times) }
        // The kernel may take one or two more than it was asked to.
        #expect(guests.last?.failure == OutgoingFailure(.connectionTimeout))
    }

    @Test func `a server that does not answer costs the time to the first byte`() {
        let done = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            // What comes before the response proper does not count.
            connection.write("HTTP/1.1 103 Early Hints\r\n\r\n")
            _ = connection.readToEnd()
            done.give(true)
        }
        var times = OutgoingTimes.long
        times.firstByte = second / 10
        #expect(Guest(client, OutgoingHead(server.authority), times).failure == OutgoingFailure(.connectionReadTimeout))
        #expect(done.take() == true)
    }

    @Test func `a server that stops in its body costs the time between bytes`() {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            _ = connection.readToEnd()
        }
        var times = OutgoingTimes.long
        times.betweenBytes = second / 10
        let guest = Guest(client, OutgoingHead(server.authority), times)
        #expect(guest.status == 200)
        #expect("half".hasPrefix(guest.text))
        guard case .failed(let failure) = guest.call.bodyEnd else {
            Issue.record("\(guest.call.bodyEnd)")
            return
        }
        #expect(failure == OutgoingFailure(.connectionReadTimeout))
    }

    @Test func `a server that takes no more of a body costs time too`() {
        let done = Handed<Bool>()
        let server = RawServer { connection, _ in _ = done.take() }
        var times = OutgoingTimes.long
        times.firstByte = second / 10
        let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true), times)
        // Until its socket is closed.
        while guest.write([UInt8](repeating: 1, count: 1 << 16)) {}
        #expect(guest.failure == OutgoingFailure(.connectionWriteTimeout))
        done.give(true)
    }

    @Test func `a guest that takes its time with its body has it`() {
        let server = RawServer { connection, _ in
            _ = connection.read(to: "0\r\n\r\n")
            connection.write("HTTP/1.1 204 No Content\r\n\r\n")
        }
        var times = OutgoingTimes.long
        times.firstByte = second / 10
        times.betweenBytes = second / 10
        let guest = Guest(client, OutgoingHead("POST", server.authority, hasBody: true), times)
        usleep(300_000)
        times.firstByte = second
        guest.finish()
        #expect(guest.status == 204)
    }

    @Test func `times without an end are no trouble`() {
        let server = RawServer { connection, _ in connection.answerAll("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        }
        let times = OutgoingTimes(connect: .max, firstByte: .max, betweenBytes: .max)
        let guest = Guest(client, OutgoingHead(server.authority), times)
        #expect(guest.status == 200)
        #expect(guest.text == "ok")
    }

    @Test func `a client whose event loops are gone fails and closes`() throws {
        let gone = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = OutgoingClient(on: gone)
        try gone.syncShutdownGracefully()
        let guest = Guest(client, OutgoingHead("127.0.0.1:1"))
        #expect(guest.failure?.code == .internalError)
        #expect(guest.readToEnd() == Guest.Rest("", .end))
    }
}
