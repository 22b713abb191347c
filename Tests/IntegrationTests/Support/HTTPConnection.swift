import Foundation
import Glibc

/// A connection to an IPv4 address, on which HTTP is spoken word by word. Each wait ends after 30 seconds.
final class HTTPConnection {
    struct Response: Equatable {
        var status = 0
        /// By their names in lower case; the last one of a name.
        var fields: [String: String] = [:]
        var body = Data()
        var trailers: [String: String] = [:]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private var received = Data()

    init(host: String = "127.0.0.1", port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, host, &address.sin_addr)
        address.sin_port = port.bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw FixtureError(description: "port \(port) of \(host) can't be connected to: errno \(code)")
        }
        // The last of what can fail is behind: from here on deinit closes it.
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Whether anybody listens.
    static func isServed(port: UInt16) -> Bool { (try? HTTPConnection(port: port)) != nil }

    /// A port that nobody listens on.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard found else { throw FixtureError(description: "no port of 127.0.0.1 is free: errno \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }

    // MARK: What is sent

    /// Sends lines as they are, each with its CR LF.
    func send(_ lines: String..., body: String = "") throws {
        try write(Data((lines.map { $0 + "\r\n" }.joined() + body).utf8))
    }

    /// A request without a body.
    func get(_ path: String, method: String = "GET", _ fields: String...) throws -> Response {
        try send("\(method) \(path) HTTP/1.1", "Host: a", fields.map { $0 + "\r\n" }.joined())
        return try response(hasBody: method != "HEAD")
    }

    func write(_ data: Data) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw FixtureError(description: "can't send: errno \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    // MARK: What comes

    func response(hasBody: Bool = true) throws -> Response {
        var response = try head()
        guard hasBody, response.status != 204, response.status != 304 else { return response }
        if response.fields["transfer-encoding"] == "chunked" {
            while case let chunk = try chunk(), !chunk.isEmpty { response.body += chunk }
            response.trailers = try fields()
        } else if let length = response.fields["content-length"].flatMap({ Int($0) }) {
            response.body = try bytes(length)
        } else {
            while try receive() {}
            response.body = received
            received = Data()
        }
        return response
    }

    func head() throws -> Response {
        let words = try line().split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw FixtureError(description: "no status line: \(words)")
        }
        return Response(status: status, fields: try fields())
    }

    private func fields() throws -> [String: String] {
        var fields: [String: String] = [:]
        while case let line = try line(), !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw FixtureError(description: "no field: \(line)") }
            fields[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return fields
    }

    /// The next chunk of a body; empty for the last.
    func chunk() throws -> Data {
        let size = try line()
        guard let count = Int(size, radix: 16) else { throw FixtureError(description: "no chunk: \(size)") }
        let chunk = try bytes(count)
        if count > 0, try line() != "" { throw FixtureError(description: "a chunk does not end") }
        return chunk
    }

    /// The next bytes of a body that comes in chunks, as many as there are in some of them.
    func chunks(_ count: Int) throws -> Data {
        var data = Data()
        while data.count < count {
            let chunk = try chunk()
            guard !chunk.isEmpty else { throw FixtureError(description: "a body of \(data.count) bytes") }
            data += chunk
        }
        return data
    }

    func bytes(_ count: Int) throws -> Data {
        while received.count < count { try more() }
        defer { received = Data(received.dropFirst(count)) }
        return Data(received.prefix(count))
    }

    /// Whether the connection has been closed, with nothing left to read.
    func isAtEnd() throws -> Bool {
        if !received.isEmpty { return false }
        return try !receive()
    }

    private func line() throws -> String {
        while true {
            if let end = received.firstRange(of: Data("\r\n".utf8)) {
                defer { received = Data(received[end.upperBound...]) }
                return String(decoding: received[..<end.lowerBound], as: UTF8.self)
            }
            try more()
        }
    }

    private func more() throws {
        guard try receive() else {
            throw FixtureError(
                description: "the connection ended after \(String(decoding: received.prefix(500), as: UTF8.self))")
        }
    }

    /// - Returns: false at the connection's end.
    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == ECONNRESET { return false }
        guard count >= 0 else { throw FixtureError(description: "nothing came: errno \(errno)") }
        received.append(contentsOf: buffer.prefix(count))
        return count > 0
    }
}
