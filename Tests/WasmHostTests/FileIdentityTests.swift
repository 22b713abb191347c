import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import WasmHost

@Suite struct FileIdentityTests {
    /// containerd mounts an image anew for each container, and each mount has a device number of its own.
    @Test(.enabled("needs root") { geteuid() == 0 })
    func aFileOfAnImageIsTheSameInEveryMountOfIt() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["layer", "below", "first", "second"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        try Data("module".utf8).write(to: URL(filePath: "\(folder)/layer/a.wasm"))
        try Data("module".utf8).write(to: URL(filePath: "\(folder)/layer/b.wasm"))
        let layers = "lowerdir=\(folder)/layer:\(folder)/below"
        try mountFileSystem(source: "overlay", target: "\(folder)/first", type: "overlay", data: layers)
        defer { try? unmount("\(folder)/first") }
        try mountFileSystem(source: "overlay", target: "\(folder)/second", type: "overlay", data: layers)
        defer { try? unmount("\(folder)/second") }

        let first = try key("\(folder)/first/a.wasm")
        #expect(try key("\(folder)/second/a.wasm") == first)
        #expect(try key("\(folder)/second/b.wasm") != first)
    }

    private func key(_ path: String) throws -> String {
        let file = try openFile(path, O_RDONLY)
        return try FileIdentity(of: file.raw, name: path).key
    }
}
