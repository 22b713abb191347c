import Glibc
import HTTPPolicy
import LinuxSystem
import NIOPosix
import OutgoingHTTP
import WASIHTTP

/// All tests' event loop.
let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

let second: UInt64 = 1_000_000_000

/// A guest's end of a request of its own.
final class Guest: Sendable {
    enum Ending: Equatable {
        case end
        case reset
        /// Nothing came for long.
        case none
    }

    let call: OutgoingCall
    let socket: Int32

    init(
        _ client: OutgoingClient, _ head: OutgoingHead, _ times: OutgoingTimes = .long, pair: (Int32, Int32)? = nil
    ) {
        let (mine, theirs) = pair ?? socketPair()
        socket = mine
        limitWaiting(mine)
        call = OutgoingCall()
        client.send(head, times, socket: theirs, as: call)
    }

    deinit {
        close(socket)
    }

    /// Waits for the sign.
    var progress: OutgoingCall.Progress {
        var byte: UInt8 = 1
        guard recv(socket, &byte, 1, 0) == 1, byte == 0 else { return .pending }
        return call.progress
    }

    var failure: OutgoingFailure? {
        if case .failed(let failure) = progress { failure } else { nil }
    }

    /// Waits for the response's head.
    var status: UInt16? {
        if case .response(let status, _) = progress { status } else { nil }
    }

    func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// - Returns: false if the other side is closed.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        sendAll(bytes, to: socket)
    }

    func finish(_ trailers: FieldList? = nil) {
        call.finish(trailers: trailers)
        shutdown(socket, Int32(SHUT_WR))
    }

    struct Rest: Equatable {
        let text: String
        let ending: Ending

        init(_ text: String, _ ending: Ending) {
            self.text = text
            self.ending = ending
        }
    }

    func readToEnd() -> Rest {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count > 0 {
                bytes += buffer[..<count]
                continue
            }
            let ending: Ending = count == 0 ? .end : errno == ECONNRESET ? .reset : .none
            return Rest(String(decoding: bytes, as: UTF8.self), ending)
        }
    }

    var text: String { readToEnd().text }
}

/// - Returns: false if the other side is closed.
func sendAll(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

func socketPair() -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
        fatalError("no pair of sockets")
    }
    return (ends[0], ends[1])
}

/// What a test waits for comes, or the test fails.
func limitWaiting(_ socket: Int32) {
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
}

extension OutgoingTimes {
    static let long = OutgoingTimes(connect: 60 * second, firstByte: 60 * second, betweenBytes: 60 * second)
}

extension OutgoingHead {
    init(_ authority: String, isSecure: Bool = false) {
        self.init("GET", authority, isSecure: isSecure)
    }

    init(
        _ method: String, _ authority: String, _ target: String = "/", fields: [(String, String)] = [],
        isSecure: Bool = false, hasBody: Bool = false
    ) {
        var list = FieldList()
        for (name, value) in fields { try! list.append(name, Array(value.utf8)) }
        self.init(
            method: method, isSecure: isSecure, authority: OutgoingPolicy.Authority(authority)!,
            authorityText: authority, target: target, fields: list, hasBody: hasBody)
    }
}

extension FieldList {
    func text(_ name: String) -> String? {
        values(of: name).first.map { String(decoding: $0, as: UTF8.self) }
    }
}
