internal import Glibc
internal import LinuxSystem
internal import ShimService

/// Where a container's log can be read, and when it is over.
struct ContainerLog: Sendable {
    enum Format: Sendable {
        /// As runtimes of Kubernetes write it: of both streams, with times.
        case cri
        /// The container's own bytes, of this stream; or of both, which can't be told apart then.
        case plain(LogStream, ofBoth: Bool = false)

        var hasTimes: Bool { if case .cri = self { true } else { false } }
        var tellsStreams: Bool { if case .plain(_, ofBoth: true) = self { false } else { true } }
    }

    struct File: Sendable {
        let path: String
        let format: Format
    }

    var files: [File]
    /// What writes to it; nil when nothing more comes.
    var process: ProcessHandle?
    /// A folder that goes once all that the process wrote has come to the log, where somebody else writes it there.
    var bundle: String?

    /// Milliseconds between two looks at a log that is followed.
    private static let pause: Int32 = 200
    /// Looks at the bundle of a container that has ended.
    private static let mostLooks = 50

    /// Shows it to its end, or to that of the container if it is followed.
    func show(_ options: LogPrinter.Options, follow: Bool) throws {
        var views = try files.map { View(file: try LogFile($0.path), format: $0.format, printer: LogPrinter(options)) }
        for index in views.indices { try views[index].begin(isOver: !follow) }
        var isOver = !follow
        while !isOver {
            // Asked before the log is read: what is there then is all.
            isOver = try hasEnded()
            for index in views.indices { try views[index].goOn(isOver: isOver) }
        }
    }

    /// Waits for the container's end, for a while.
    private func hasEnded() throws -> Bool {
        guard let process else { return true }
        guard try process.descriptor.waitForEnd(milliseconds: Self.pause) else { return false }
        guard let bundle else { return true }
        for _ in 0..<Self.mostLooks where access(bundle, F_OK) == 0 { usleep(100_000) }
        return true
    }

    private struct View {
        let file: LogFile
        let format: Format
        var printer: LogPrinter

        mutating func begin(isOver: Bool) throws {
            try read(isOver: isOver)
            try printer.release()
            try printer.flush()
        }

        mutating func goOn(isOver: Bool) throws {
            repeat { try read(isOver: isOver) } while try file.goOnIfReplaced() || (isOver && file.goOnIfReplaced())
            try printer.flush()
        }

        private mutating func read(isOver: Bool) throws {
            switch format {
            case .cri:
                try file.read(partial: isOver) { line, _ in try printer.take(entry: line) }
            case .plain(let stream, _):
                try file.read(partial: true) { line, isWhole in
                    try printer.take(line, of: stream, isWhole: isWhole)
                }
            }
        }
    }
}
