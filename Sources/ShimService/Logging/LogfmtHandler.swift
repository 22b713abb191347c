internal import Glibc
internal import LinuxSystem
package import Logging
internal import Synchronization

/// Writes log lines as containerd's own shims do (`time=… level=… msg=… key=value`), without Foundation.
///
/// A line is one write(2), to a descriptor that is non-blocking: when nobody reads, the line is lost, and nothing waits.
package struct LogfmtHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let descriptor: Int32

    /// - Parameter descriptor: borrowed; must stay open.
    package init(descriptor: Int32, level: Logger.Level) {
        self.descriptor = descriptor
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let own = event.metadata ?? [:]
        let line = Self.line(
            level: event.level, message: "\(event.message)", metadata: metadata.merging(own) { $1 }, time: time)
        var bytes = Array(line.utf8)
        // What does not fit now is dropped: a log must not hold up a container.
        _ = write(descriptor, &bytes, bytes.count)
    }

    /// A line with its newline.
    static func line(
        level: Logger.Level, message: String, metadata: Logger.Metadata, time: timespec
    ) -> String {
        var line = "time=\"\(timestamp(time))\" level=\(name(of: level))"
        line += " msg=\(quoted(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let text = "\(value)"
            line += " \(key)=\(isPlain(text) ? text : quoted(text))"
        }
        return line + "\n"
    }

    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warning"
        case .error: "error"
        case .critical: "fatal"
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._/@^+:".utf8.contains(byte)
                }
            }
    }

    /// As Go quotes: no line break of a message begins a line of the log.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                quoted += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
