import Foundation
import Glibc

/// Answers each request at a port of 127.0.0.1 with the number of its connection, from 1 on; bodies it does not know.
final class CountingServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(fd, generic, length) == 0 && listen(fd, 8) == 0 && getsockname(fd, generic, &length) == 0
            }
        }
        guard bound else { throw FixtureError(description: "no port of 127.0.0.1 to listen on: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
        Thread {
            var number = 0
            while true {
                // Ends with an error when the listener is shut down.
                let connection = accept(fd, nil, nil)
                guard connection >= 0 else { return }
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

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
