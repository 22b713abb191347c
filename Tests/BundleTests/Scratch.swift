import FoundationEssentials
import Glibc
import Testing

/// A folder that is removed with all that is in it when its owner goes.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file, making the folders to it. Answers its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> String {
        let whole = try folder(name, last: false)
        let file = open(whole, O_CREAT | O_WRONLY | O_TRUNC, mode)
        try #require(file >= 0)
        defer { close(file) }
        try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
        return whole
    }

    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
        try write(name, Array(text.utf8), mode: mode)
    }

    /// Makes a folder and those to it. Answers its path.
    @discardableResult
    func folder(_ name: String, last: Bool = true) throws -> String {
        let parts = name.split(separator: "/")
        var whole = path
        for (index, part) in parts.enumerated() {
            whole += "/\(part)"
            if index + 1 < parts.count || last { _ = mkdir(whole, 0o755) }
        }
        return whole
    }

    func link(_ name: String, to target: String) throws {
        try #require(symlink(target, try folder(name, last: false)) == 0)
    }

    /// The names in a folder.
    func names(in folder: String = "") -> [String] {
        guard let stream = opendir("\(path)/\(folder)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
