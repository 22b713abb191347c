import Glibc
import LinuxSystem
import NIOCore
import NIOPosix
import OutgoingHTTP
import Testing
import WASIHTTP

@Suite struct HostilityTests {
    @Test func `whatever servers answer, each request comes to an end`() {
        let client = OutgoingClient(on: loops)
        let seeds = [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: y\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n",
            "HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.0 200\r\n\r\nall",
            "HTTP/1.1 204 No\r\nconnection: keep-alive\r\n\r\nHTTP/1.1 304 No\r\ncontent-length: 7\r\n\r\n",
        ]
        let server = RawServer { connection, index in
            var random = Random(state: UInt64(index) + 1)
            guard connection.readHead() != nil else { return }
            var answer = Array(seeds[index % seeds.count].utf8)
            for _ in 0...random.below(4) {
                let place = random.below(answer.count)
                switch random.below(4) {
                case 0: answer[place] = UInt8(random.below(256))
                case 1: answer.remove(at: place)
                case 2:
                    answer.insert(contentsOf: [13, 10, 0, 58, 255, 48].shuffled(using: &random).prefix(2), at: place)
                default: answer += answer[place...]
                }
            }
            let cut = random.below(answer.count)
            connection.write(Array(answer[..<cut]))
            connection.write(Array(answer[cut...]))
            if random.below(4) == 0 { connection.resetAtEnd() }
        }
        for number in 0..<400 {
            let guest = Guest(client, OutgoingHead(number % 5 == 0 ? "HEAD" : "GET", server.authority))
            if case .pending = guest.progress { Issue.record("\(number) has no progress") }
            #expect(guest.readToEnd().ending != .none)
            if case .pending = guest.call.bodyEnd { Issue.record("\(number) has no end") }
        }
    }

    @Test func `guests that come and go lose no connection`() throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var settings = OutgoingSettings()
        settings.mostConnections = 3
        let client = OutgoingClient(on: loops, settings)
        let servers = (0..<2).map { _ in
            RawServer { connection, index in
                // Some are hasty.
                for _ in 0..<(index % 7 + 1) {
                    guard connection.readHead() != nil else { return }
                    connection.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                }
            }
        }
        let done = Handed<Bool>()
        for number in 0..<6 {
            let authorities = servers.map(\.authority)
            try DetachedThread.start("test-guest") {
                var random = Random(state: UInt64(number) + 1)
                for _ in 0..<60 {
                    let guest = Guest(client, OutgoingHead(authorities[random.below(2)]))
                    switch random.below(4) {
                    case 0: break
                    case 1: _ = guest.progress
                    default: if guest.status != nil { _ = guest.text }
                    }
                }
                done.give(true)
            }
        }
        for _ in 0..<6 { #expect(done.take() == true) }
        let server = RawServer { connection, _ in
            _ = connection.readHead()
            _ = connection.readToEnd()
        }
        // As many as there may be are to be had again.
        let guests = (0..<3).map { _ in Guest(client, OutgoingHead(server.authority)) }
        #expect(comes { server.connections == 3 })
        _ = guests
        client.close()
        try loops.syncShutdownGracefully()
    }
}

/// The same numbers each time.
private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 31)
    }

    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int((next() >> 16) % UInt64(limit)) : 0 }
}
