internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCIRuntime
internal import OCISpec

/// Writes log lines as runc does with `--log-format json`.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let descriptor: Int32

    /// - Parameter descriptor: borrowed; must stay open.
    init(descriptor: Int32, level: Logger.Level) {
        self.descriptor = descriptor
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        members["level"] = event.level == .critical ? "fatal" : "\(event.level)"
        members["msg"] = "\(event.message)"
        members["time"] = timestamp()
        guard var bytes = try? encodeJSON(members) else { return }
        bytes.append(UInt8(ascii: "\n"))
        _ = write(descriptor, bytes, bytes.count)
    }
}
