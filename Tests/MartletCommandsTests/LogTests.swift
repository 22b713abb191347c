import Foundation
import Testing

@testable import MartletCommands

/// What `martlet logs` reads.
@Suite struct LogTests {
    @Test(arguments: [
        ("1970-01-01T00:00:01Z", 1_000_000_000), ("1970-01-01T01:00:00.5+01:00", 500_000_000),
        ("2026-11-30T02:21:33.123456789Z", 1_796_005_293_123_456_789), ("1969-12-31T19:00:00-05:00", 0),
    ])
    func timesAreRead(text: String, nanoseconds: Int64) {
        #expect(LogTime.nanoseconds(Array(text.utf8)[...]) == nanoseconds)
    }

    @Test(arguments: ["", "2026-11-30", "2026-11-30T02:21:33", "2026-13-30T02:21:33Z", "2026-11-30T02:21:33.Z", "now"])
    func whatIsNoTimeIsNone(text: String) {
        #expect(LogTime.nanoseconds(Array(text.utf8)[...]) == nil)
    }

    @Test func durationsAreThoseOfGo() {
        #expect(LogTime.duration("90s") == 90_000_000_000)
        #expect(LogTime.duration("1h30m") == 5_400_000_000_000)
        #expect(LogTime.duration("1.5m250ms") == 90_250_000_000)
        for text in ["", "5", "5x", "m", "-5s"] { #expect(LogTime.duration(text) == nil, "\(text)") }
    }

    @Test func linesOfCRIAreTakenApart() throws {
        func entry(_ line: String) -> LogEntry? { LogEntry(Array(line.utf8)[...]) }
        let whole = try #require(entry("2026-11-30T02:21:33Z stderr F two  words "))
        #expect(whole.stream == .stderr && !whole.isPartial && whole.text.elementsEqual("two  words ".utf8))
        #expect(try #require(entry("T stdout P:x a")).isPartial)
        #expect(try #require(entry("T stdout F")).text.isEmpty)
        #expect(entry("T stdlog F a") == nil && entry("words of something else") == nil && entry("") == nil)
    }

    /// Of a file that is appended to, renamed, replaced and emptied.
    @Test func aFileIsReadOnWhateverBecomesOfIt() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "log").path()
        func append(_ text: String, _ path: String) throws {
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
        try Data("one\ntw".utf8).write(to: folder.appending(path: "log"))
        let file = try LogFile(path)
        var seen: [String] = []
        func read(partial: Bool = false) throws {
            try file.read(partial: partial) { line, isWhole in
                seen.append(String(decoding: line, as: UTF8.self) + (isWhole ? "" : "…"))
            }
        }
        try read()
        #expect(seen == ["one"])
        try append("o\nth", path)
        try read()
        try read(partial: true)
        #expect(seen == ["one", "two", "th…"])
        try append("ree\n", path)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try read()
        #expect(try !file.goOnIfReplaced())
        try Data("five\n".utf8).write(to: folder.appending(path: "log"))
        #expect(try !file.goOnIfReplaced())
        // The last that its writer knew it by.
        try append("four\n", path + ".1")
        try read()
        #expect(try file.goOnIfReplaced())
        try read()
        #expect(seen.suffix(3) == ["ree", "four", "five"])
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data("6\n".utf8))
        try handle.close()
        #expect(try file.goOnIfReplaced())
        try read()
        #expect(seen.last == "6")
        #expect(throws: (any Error).self) { try LogFile(path + ".none") }
    }
}
