internal import Glibc

/// A line on the terminal that says what takes long, and for how long it has. Elsewhere nothing is said.
final class Progress {
    private let text: String
    private let begin: UInt64
    private let isTerminal: Bool
    private var isShown = false

    init(_ text: String) {
        self.text = text
        begin = Self.now()
        isTerminal = isatty(2) == 1
    }

    /// Says it anew; nothing in the first half second.
    func show() {
        let tenths = (Self.now() - begin) / 100_000_000
        guard isTerminal, tenths >= 5 else { return }
        isShown = true
        write("\r\(text) … \(tenths / 10).\(tenths % 10) s")
    }

    /// Takes the line away.
    func clear() {
        if isShown { write("\r\u{1b}[K") }
        isShown = false
    }

    private func write(_ line: String) {
        var line = line
        line.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
