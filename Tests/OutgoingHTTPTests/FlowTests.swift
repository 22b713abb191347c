import Glibc
import LinuxSystem
import NIOCore
import NIOPosix
import OutgoingHTTP
import Synchronization
import Testing
import WASIHTTP

@Suite struct FlowTests {
    private let client = OutgoingClient(on: loops)

    /// Waits until nothing more is counted for a while.
    private func settled(_ count: () -> Int) -> Int {
        var last = -1
        for _ in 0..<100 {
            let current = count()
            if current == last, current > 0 { return current }
            last = current
            usleep(300_000)
        }
        return last
    }

    @Test func `a guest that does not read stops the server`() {
        let sent = SentBytes()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(64 << 20)\r\n\r\n")
            for _ in 0..<1024 where connection.write([UInt8](repeating: 65, count: 1 << 16)) { sent.add(1 << 16) }
        }
        let guest = Guest(client, OutgoingHead(server.authority))
        // What the kernel holds of a connection is some megabytes.
        #expect(settled { sent.count } < 32 << 20)
        #expect(guest.status == 200)
        #expect(guest.readToEnd() == Guest.Rest(String(repeating: "A", count: 64 << 20), .end))
    }

    @Test func `a server that does not read stops the guest`() {
        let sent = SentBytes()
        let goesOn = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            _ = goesOn.take()
            let length = connection.read(count: 64 << 20).utf8.count
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n\(length)")
        }
        let guest = Guest(
            client, OutgoingHead("POST", server.authority, fields: [("content-length", "\(64 << 20)")], hasBody: true))
        let writer = Handed<Bool>()
        try! DetachedThread.start("test-guest") {
            for _ in 0..<1024 where guest.write([UInt8](repeating: 65, count: 1 << 16)) { sent.add(1 << 16) }
            guest.finish()
            writer.give(true)
        }
        #expect(settled { sent.count } < 32 << 20)
        goesOn.give(true)
        #expect(writer.take() == true)
        #expect(guest.status == 200)
        #expect(guest.text == "\(64 << 20)")
    }

    @Test func `a guest that stalls is not cut off for it`() {
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: \(32 << 20)\r\n\r\n")
            connection.write([UInt8](repeating: 65, count: 32 << 20))
        }
        var times = OutgoingTimes.long
        times.betweenBytes = second / 2
        let guest = Guest(client, OutgoingHead(server.authority), times)
        #expect(guest.status == 200)
        usleep(1_200_000)
        #expect(guest.readToEnd() == Guest.Rest(String(repeating: "A", count: 32 << 20), .end))
    }

    @Test func `a guest that goes away ends its connection`() {
        let ended = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            ended.give(connection.readToEnd() == "")
        }
        var guest: Guest? = Guest(client, OutgoingHead(server.authority))
        #expect(guest?.status == 200)
        let call = guest?.call
        guest = nil
        #expect(ended.take() == true)
        guard case .failed = call?.bodyEnd else {
            Issue.record("\(String(describing: call?.bodyEnd))")
            return
        }
    }

    @Test func `a guest that goes away before the response ends its connection`() {
        let ended = Handed<Bool>()
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            ended.give(false)
            ended.give(connection.readToEnd() == "")
        }
        var guest: Guest? = Guest(client, OutgoingHead("POST", server.authority, hasBody: true))
        #expect(ended.take() == false)
        guest = nil
        #expect(ended.take() == true)
        _ = guest
    }

    @Test func `nothing is left of requests, however they end`() async {
        await #expect(processExitsWith: .success) {
            let before = descriptors()
            endRequestsInAllWays()
            // What is closed is closed a moment later. The tools of this process may have opened some of their own, but
            // fewer than there are requests of any kind.
            exit(comes { descriptors() < before + 10 } ? 0 : 1)
        }
    }
}

/// Descriptors that are open.
func descriptors() -> Int {
    var count = 0
    for descriptor in Int32(0)..<1024 where fcntl(descriptor, F_GETFD) != -1 { count += 1 }
    return count
}

func endRequestsInAllWays() {
    do {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let client = OutgoingClient(on: loops)
        let server = RawServer { connection, _ in
            while let head = connection.readHead() {
                if head.contains("/cut") {
                    return _ = connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
                }
                if head.contains("/none") { return }
                if head.contains("/stall") {
                    _ = connection.readToEnd()
                    return
                }
                connection.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            }
        }
        let hasty = RawServer { _, _ in }
        for _ in 0..<20 {
            for target in ["/", "/cut", "/none", "wrong"] {
                let guest = Guest(client, OutgoingHead("GET", server.authority, target))
                _ = guest.progress
                _ = guest.text
            }
            _ = Guest(client, OutgoingHead("GET", server.authority, "/stall"))
            _ = Guest(client, OutgoingHead("POST", server.authority, "/stall", hasBody: true))
            _ = Guest(client, OutgoingHead("localhost:1")).progress
            _ = Guest(client, OutgoingHead(hasty.authority, isSecure: true)).progress
        }
        client.close()
        // Not before all is closed does it count.
        try? loops.syncShutdownGracefully()
    }
}

final class SentBytes: Sendable {
    private let bytes = Atomic<Int>(0)

    var count: Int { bytes.load(ordering: .relaxed) }

    func add(_ more: Int) {
        bytes.wrappingAdd(more, ordering: .relaxed)
    }
}
