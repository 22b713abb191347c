import Foundation

/// A folder of this machine for a test to bind into a container; gone with the last reference.
final class HostFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/martlet-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The text of a file in it.
    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
}

/// A file of this machine for a test to bind into a container; gone with the last reference.
final class HostFile: Sendable {
    private let folder: HostFolder
    var path: String { "\(folder.path)/file" }

    init(_ text: String) throws {
        folder = try HostFolder()
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// What it holds now.
    var text: String { get throws { try folder.text("file") } }
}
