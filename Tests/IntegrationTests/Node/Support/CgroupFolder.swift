import Foundation

/// A cgroup of version 2 on this machine, as its files tell it.
struct CgroupFolder: Sendable {
    /// Absolute.
    let path: String

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

    /// A file's text without the line feed at its end.
    func read(_ name: String) throws -> String {
        // Files of cgroups have no size, so they are read to their end.
        guard let handle = FileHandle(forReadingAtPath: "\(path)/\(name)") else {
            throw FixtureError(description: "no \(path)/\(name)")
        }
        defer { try? handle.close() }
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The lines of a file of names and numbers; what is not there is 0.
    func counters(_ name: String) throws -> Counters {
        var found: [String: UInt64] = [:]
        for line in try read(name).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2 { found[String(words[0])] = UInt64(words[1]) }
        }
        return Counters(values: found)
    }

    struct Counters: Sendable {
        fileprivate var values: [String: UInt64]

        subscript(name: String) -> UInt64 { values[name] ?? 0 }
    }
}
