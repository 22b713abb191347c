/// Where one of a container's standard streams goes, as containerd names it: a path or a URI.
package enum StdioURI: Hashable, Sendable {
    /// Nowhere: /dev/null.
    case null
    case fifo(path: String)
    case file(path: String)
    case binary(path: String, arguments: [String])

    /// - Parameters:
    ///   - text: an absolute path, or a URI of the scheme `fifo`, `file` or `binary`; empty is `null`.
    ///   - stream: how errors name it: `stdout`.
    package init(_ text: String, stream: String) throws(TaskError) {
        guard !text.isEmpty else {
            self = .null
            return
        }
        guard let separator = Self.range(of: "://", in: text) else {
            self = .fifo(path: try Self.absolute(text, stream: stream, text: text))
            return
        }
        let scheme = text[..<separator.lowerBound]
        let rest = text[separator.upperBound...]
        let question = rest.firstIndex(of: "?")
        let path = try Self.absolute(
            try Self.percentDecoded(rest[..<(question ?? rest.endIndex)], stream: stream, text: text),
            stream: stream, text: text)
        switch scheme {
        case "fifo": self = .fifo(path: path)
        case "file": self = .file(path: path)
        case "binary":
            let query = question.map { rest[rest.index(after: $0)...] } ?? ""
            self = .binary(path: path, arguments: try Self.arguments(query, stream: stream, text: text))
        default:
            throw TaskError(
                .invalidArgument,
                "\(stream): found scheme \"\(scheme)\" in \(text); expected fifo, file or binary")
        }
    }

    /// The query of a logging binary's URI: each key is an argument, and what stands behind its `=` the next one. The
    /// order is the URI's; of a key given twice the first counts, as in containerd's shims.
    private static func arguments(
        _ query: Substring, stream: String, text: String
    ) throws(TaskError) -> [String] {
        var arguments: [String] = []
        var seen: Set<String> = []
        for pair in query.split(separator: "&") {
            let equals = pair.firstIndex(of: "=")
            let key = try percentDecoded(
                pair[..<(equals ?? pair.endIndex)], plusIsBlank: true, stream: stream, text: text)
            guard seen.insert(key).inserted else { continue }
            arguments.append(key)
            let value = equals.map { pair[pair.index(after: $0)...] } ?? ""
            arguments.append(try percentDecoded(value, plusIsBlank: true, stream: stream, text: text))
        }
        return arguments
    }

    private static func range(of separator: String, in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(separator) {
                return start..<text.index(start, offsetBy: separator.count)
            }
            start = text.index(after: start)
        }
        return nil
    }

    private static func absolute(_ path: String, stream: String, text: String) throws(TaskError) -> String {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw TaskError(.invalidArgument, "\(stream): found \(text); expected an absolute path")
        }
        return path
    }

    private static func percentDecoded(
        _ text: Substring, plusIsBlank: Bool = false, stream: String, text whole: String
    ) throws(TaskError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let next = rest.popFirst() {
            if next == UInt8(ascii: "+") && plusIsBlank {
                bytes.append(UInt8(ascii: " "))
            } else if next == UInt8(ascii: "%") {
                guard rest.count >= 2, let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else {
                    throw TaskError(
                        .invalidArgument, "\(stream): a % in \(whole) is not followed by two hexadecimal digits")
                }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(next)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The standard streams as Create names them.
package struct StdioRequest: Hashable, Sendable {
    package var stdin: String
    package var stdout: String
    package var stderr: String
    package var terminal: Bool

    package init(stdin: String = "", stdout: String = "", stderr: String = "", terminal: Bool = false) {
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.terminal = terminal
    }
}
