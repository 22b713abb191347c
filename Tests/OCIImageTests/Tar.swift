import Foundation

/// Writes tar archives, also such as no tool would.
struct Tar {
    private(set) var bytes: [UInt8] = []

    mutating func add(
        _ name: String, _ content: [UInt8] = [], type: Character = "0", mode: Int = 0o644, link: String = "",
        magic: String = "ustar\u{0}00"
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(name, 0)
        put(octal(mode, 7), 100)
        put(octal(Int(getuid()), 7), 108)
        put(octal(Int(getgid()), 7), 116)
        put(octal(content.count, 11), 124)
        put(octal(1_000_000, 11), 136)
        put("        ", 148)
        put(String(type), 156)
        put(link, 157)
        put(magic, 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0}", 148)
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    mutating func add(_ name: String, text: String, mode: Int = 0o644) { add(name, Array(text.utf8), mode: mode) }

    mutating func folder(_ name: String, mode: Int = 0o755) { add(name, type: "5", mode: mode) }

    /// A pax header for the next entry.
    mutating func pax(_ records: [String: String]) {
        var text = ""
        for (key, value) in records.sorted(by: { $0.key < $1.key }) {
            let rest = " \(key)=\(value)\n"
            var length = rest.utf8.count + 1
            while "\(length)".count + rest.utf8.count != length { length += 1 }
            text += "\(length)\(rest)"
        }
        add("pax", Array(text.utf8), type: "x")
    }

    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}

/// A folder for a test; gone with it.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/martlet-image-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: "\(path)/rootfs", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var rootfs: String { "\(path)/rootfs" }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path()
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(rootfs)/\(name)", encoding: .utf8) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(rootfs)/\(name)") }

    /// Bytes through gzip(1).
    func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-c", try write("to-compress", bytes)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(data)
    }
}
