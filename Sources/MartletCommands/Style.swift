internal import Glibc

/// Colour, on a terminal only, and not where NO_COLOR is set or the terminal says that it is dumb.
struct Style: Sendable {
    let isColoured: Bool

    init(isColoured: Bool) { self.isColoured = isColoured }

    /// - Parameter descriptor: what is printed to.
    init(for descriptor: Int32 = 1) {
        let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        isColoured = isatty(descriptor) == 1 && !refused && !isDumb
    }

    func good(_ text: String) -> String { coloured(text, 32) }
    func bad(_ text: String) -> String { coloured(text, 31) }
    func warning(_ text: String) -> String { coloured(text, 33) }
    /// For what is always the same.
    func faint(_ text: String) -> String { coloured(text, 36) }

    /// Lines that begin with a verdict, as `ok: …`, with that in its colour.
    func verdicts(_ text: String) -> String {
        guard isColoured else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            for (word, colour) in [("ok", good), ("warning", warning), ("error", bad)] where line.hasPrefix("\(word):")
            {
                return colour(word) + line.dropFirst(word.count)
            }
            return String(line)
        }.joined(separator: "\n")
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
