import Foundation
import Glibc

/// Answers the first connection to a port of 127.0.0.1 with what it sends, once.
final class EchoServer: Sendable {
    private let listener: LoopbackListener

    var port: UInt16 { listener.port }

    init() throws {
        let listener = try LoopbackListener(backlog: 1)
        self.listener = listener
        Thread {
            guard let connection = listener.next() else { return }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(connection, &buffer, buffer.count)
            if count > 0 { _ = write(connection, buffer, count) }
            close(connection)
        }.start()
    }

    deinit { listener.shutDown() }
}
