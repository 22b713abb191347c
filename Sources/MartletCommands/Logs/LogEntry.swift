internal import Glibc

/// Which of a container's streams something was written to.
enum LogStream: Hashable, Sendable {
    case stdout, stderr

    /// Where `martlet logs` writes it.
    var descriptor: Int32 { self == .stdout ? STDOUT_FILENO : STDERR_FILENO }
}

/// A line of a log as runtimes of Kubernetes write it, `TIME STREAM TAGS TEXT`: long lines of the container are several
/// of these, all but the last with the tag `P` (Kubernetes, "CRI: Container Logging").
struct LogEntry {
    /// By RFC 3339.
    let time: ArraySlice<UInt8>
    let stream: LogStream
    /// Whether the container's line goes on.
    let isPartial: Bool
    let text: ArraySlice<UInt8>

    /// - Parameter line: without its end; nil for one of another format.
    init?(_ line: ArraySlice<UInt8>) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return nil }
        if parts[1].elementsEqual("stdout".utf8) {
            stream = .stdout
        } else if parts[1].elementsEqual("stderr".utf8) {
            stream = .stderr
        } else {
            return nil
        }
        time = parts[0]
        isPartial = parts[2].split(separator: UInt8(ascii: ":")).contains { $0.elementsEqual("P".utf8) }
        text = parts.count > 3 ? parts[3] : []
    }
}
