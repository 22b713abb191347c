import Glibc
import LinuxSystem
import SystemPackage

/// A folder of its own that goes with this value, and all that is in it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", errno: Errno(rawValue: errno)) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        try? remove(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func makeFIFO(_ name: String) throws -> String {
        let path = file(name)
        try systemCall("mkfifo", path) { mkfifo(path, 0o700) }
        return path
    }

    func write(_ text: String, to name: String) throws {
        let file = try openFile(file(name), O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try writeText(text, to: file.raw, name: name)
    }

    private func remove(_ path: String) throws {
        // Not through a symbolic link.
        if rmdir(path) == 0 || unlink(path) == 0 { return }
        if let folder = opendir(path) {
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { try remove("\(path)/\(name)") }
            }
            rmdir(path)
        }
    }
}
