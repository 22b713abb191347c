internal import Glibc
internal import LinuxSystem

/// Writes what of a log is asked for, each of the container's streams to its own.
struct LogPrinter {
    struct Options {
        var streams: Set<LogStream> = [.stdout, .stderr]
        /// How many lines of what is there at first; nil: all.
        var tail: Int?
        /// Nanoseconds since 1970.
        var since: Int64?
        var timestamps = false
    }

    private let options: Options
    /// The last lines, as long as it is not sure that they are the last.
    private var held: [Line] = []
    /// How many of them have been passed by.
    private var passed = 0
    private var isHolding: Bool
    /// Streams in the middle of a line.
    private var isOpen: Set<LogStream> = []
    /// What is written next, all of one stream.
    private var pending = Line(stream: .stdout)

    private struct Line {
        var stream: LogStream
        var bytes: [UInt8] = []
    }

    init(_ options: Options) {
        self.options = options
        isHolding = options.tail != nil
    }

    /// Takes a line of a log of CRI. What is no such line is shown as it is.
    mutating func take(entry line: ArraySlice<UInt8>) throws {
        guard let entry = LogEntry(line) else { return try take(line, of: .stdout, isWhole: true) }
        if let since = options.since, let time = LogTime.nanoseconds(entry.time), time < since { return }
        try take(entry.text, of: entry.stream, isWhole: !entry.isPartial, time: entry.time)
    }

    /// Takes a line, or what there is of one.
    mutating func take(
        _ text: ArraySlice<UInt8>, of stream: LogStream, isWhole: Bool, time: ArraySlice<UInt8> = []
    ) throws {
        guard options.streams.contains(stream) else { return }
        let goesOn = isOpen.contains(stream)
        var line = Line(stream: stream)
        if options.timestamps, !goesOn { line.bytes += time + [UInt8(ascii: " ")] }
        line.bytes += text
        if isWhole { line.bytes.append(UInt8(ascii: "\n")) }
        if isWhole { isOpen.remove(stream) } else { isOpen.insert(stream) }
        if isHolding { hold(line, goesOn: goesOn) } else { try write(line) }
    }

    private mutating func hold(_ line: Line, goesOn: Bool) {
        if goesOn, let index = held[passed...].lastIndex(where: { $0.stream == line.stream }) {
            held[index].bytes += line.bytes
            return
        }
        held.append(line)
        guard held.count - passed > options.tail ?? .max else { return }
        held[passed].bytes = []
        passed += 1
        if passed > 1024, passed > held.count / 2 {
            held.removeFirst(passed)
            passed = 0
        }
    }

    /// Writes what is held: the log has been read to its end.
    mutating func release() throws {
        isHolding = false
        for line in held[passed...] { try write(line) }
        held = []
        passed = 0
    }

    private mutating func write(_ line: Line) throws {
        if line.stream != pending.stream || pending.bytes.count > 64 << 10 { try flush() }
        pending.stream = line.stream
        pending.bytes += line.bytes
    }

    mutating func flush() throws {
        let stream = pending.stream
        try pending.bytes.withUnsafeBytes { try writeAll($0, to: stream.descriptor, name: "the log") }
        pending.bytes.removeAll(keepingCapacity: true)
    }
}
