import Foundation
import Glibc

/// Answers each request at a port of 127.0.0.1 with the number of its connection, from 1 on; bodies it does not know.
final class CountingServer: Sendable {
    private let listener: LoopbackListener

    var port: UInt16 { listener.port }

    init() throws {
        let listener = try LoopbackListener()
        self.listener = listener
        Thread {
            var number = 0
            while let connection = listener.next() {
                number += 1
                Thread { [number] in Self.answer(connection, "\(number)\n") }.start()
            }
        }.start()
    }

    private static func answer(_ connection: Int32, _ body: String) {
        defer { close(connection) }
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while read(connection, &byte, 1) == 1 {
            head.append(byte)
            guard head.suffix(4) == Array("\r\n\r\n".utf8) else { continue }
            head = []
            guard send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
        }
    }

    deinit { listener.shutDown() }
}
