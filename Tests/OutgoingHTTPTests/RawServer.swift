import Glibc
import LinuxSystem
import Synchronization

/// A server that says what its script has it say, byte for byte; each connection has a thread.
final class RawServer: Sendable {
    private let listener: Int32
    private let accepted = Mutex(0)
    let port: Int

    var authority: String { "127.0.0.1:\(port)" }

    /// How many connections there have been.
    var connections: Int { accepted.withLock { $0 } }

    /// - Parameter script: is given each connection, and which one it is, from 0 on.
    init(_ script: @escaping @Sendable (RawConnection, Int) -> Void) {
        (listener, port) = listenAnywhere()
        let (listener, port) = (listener, port)
        let box = WeakServer(self)
        try! DetachedThread.start("test-server") {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                guard let server = box.server else {
                    close(socket)
                    break
                }
                let index = server.accepted.withLock { count in
                    count += 1
                    return count - 1
                }
                limitWaiting(socket)
                let connection = RawConnection(socket)
                try! DetachedThread.start("test-conn") { script(connection, index) }
            }
            close(listener)
            _ = port
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private final class WeakServer: @unchecked Sendable {
        weak var server: RawServer?

        init(_ server: RawServer) {
            self.server = server
        }
    }
}

/// A socket that listens at 127.0.0.1, and its port.
func listenAnywhere(backlog: Int32 = 64) -> (Int32, Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(listener, pointer, length) | listen(listener, backlog) | getsockname(listener, pointer, &length)
        }
    }
    guard result == 0 else { fatalError("can't listen") }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
}

/// Connects to 127.0.0.1.
func connectTo(port: Int) -> Int32 {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard result == 0 else { fatalError("can't connect") }
    return client
}

/// The server's end of a connection; closed when nobody has it any more.
final class RawConnection: @unchecked Sendable {
    let socket: Int32
    private var waiting: [UInt8] = []

    init(_ socket: Int32) {
        self.socket = socket
    }

    deinit {
        close(socket)
    }

    /// - Returns: false at the end.
    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        waiting += buffer[..<count]
        return true
    }

    /// All up to and with the text; nil if the connection ends before.
    func read(to end: String) -> String? {
        let end = Array(end.utf8)
        while true {
            if waiting.count >= end.count {
                for start in 0...(waiting.count - end.count) where waiting[start..<start + end.count].elementsEqual(end)
                {
                    defer { waiting.removeFirst(start + end.count) }
                    return String(decoding: waiting[..<(start + end.count)], as: UTF8.self)
                }
            }
            if !readMore() { return nil }
        }
    }

    func readHead() -> String? { read(to: "\r\n\r\n") }

    /// - Returns: less than that if the connection ends before.
    func read(count: Int) -> String {
        while waiting.count < count, readMore() {}
        let found = waiting.prefix(count)
        waiting.removeFirst(found.count)
        return String(decoding: found, as: UTF8.self)
    }

    /// Waits until the other side has closed it.
    func readToEnd() -> String {
        while readMore() {}
        defer { waiting = [] }
        return String(decoding: waiting, as: UTF8.self)
    }

    /// - Returns: false if the other side is closed.
    @discardableResult
    func write(_ text: String) -> Bool {
        write(Array(text.utf8))
    }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        sendAll(bytes, to: socket)
    }

    /// Has the connection end by a reset when it is closed.
    func resetAtEnd() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Answers each request with the text until the connection ends.
    func answerAll(_ text: String) {
        while readHead() != nil, write(text) {}
    }
}

/// A value that threads hand to each other: waited for.
final class Handed<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func give(_ value: Value) {
        values.withLock { $0.append(value) }
    }

    /// Nil if none comes for long.
    func take() -> Value? {
        for _ in 0..<1000 {
            if let value = values.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return value }
            usleep(10_000)
        }
        return nil
    }
}

/// Whether it becomes true before long.
func comes(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        usleep(10_000)
    }
    return false
}
