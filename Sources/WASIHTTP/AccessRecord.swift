internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// One request in the access log: a line of JSON.
package struct AccessRecord: Sendable {
    let client: String?
    /// Nil for what was no request.
    let head: HTTPRequestHead?
    /// Counted from 0; nil for one that no guest has seen.
    let number: UInt64?
    /// Nil if none was sent.
    let status: Int?
    /// Whether the response came to its end.
    let isWhole: Bool
    let requestBytes: Int
    let responseBytes: Int
    let seconds: Double

    /// With a line feed.
    package var line: String {
        var text = "{\"time\":\"\(Self.now())\""
        if let client { text += ",\"client\":\(Self.quoted(client))" }
        if let head {
            text += ",\"method\":\(Self.quoted(head.method.rawValue)),\"path\":\(Self.quoted(head.uri))"
            text += ",\"protocol\":\"HTTP/\(head.version.major).\(head.version.minor)\""
            if let host = head.headers.first(name: "host") { text += ",\"host\":\(Self.quoted(host))" }
            if let agent = head.headers.first(name: "user-agent") { text += ",\"agent\":\(Self.quoted(agent))" }
        }
        if let number { text += ",\"request\":\(number)" }
        text += ",\"status\":\(status.map { "\($0)" } ?? "null"),\"whole\":\(isWhole)"
        let microseconds = Int((seconds * 1_000_000).rounded())
        text += ",\"bytes_in\":\(requestBytes),\"bytes_out\":\(responseBytes),\"us\":\(microseconds)}\n"
        return text
    }

    /// RFC 3339, in UTC, with milliseconds.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        let seconds = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fraction = "\(1000 + time.tv_nsec / 1_000_000)".dropFirst()
        return "\(seconds).\(fraction)Z"
    }

    /// As JSON has it (RFC 8259, 7).
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
