import FoundationEssentials
import Glibc
import OCISpec
import Testing

/// A bundle in a folder of its own, with an empty module as `/app.wasm`; gone when its owner goes.
final class TestBundle {
    static let module: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    static let component: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

    let path: String

    init(arguments: [String] = ["/app.wasm"], _ change: (inout Spec) -> Void = { _ in }) throws {
        var template = Array("/tmp/martlet-check-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let json = """
            {
                "ociVersion": "1.1.0",
                "process": {"cwd": "/", "args": []},
                "root": {"path": "rootfs"},
                "linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}]}
            }
            """
        var spec = try Spec.decode(json.utf8, file: nil)
        spec.process?.args = arguments
        change(&spec)
        try FileManager.default.createDirectory(atPath: "\(path)/rootfs", withIntermediateDirectories: true)
        try write("rootfs/app.wasm", Self.module)
        try write("config.json", Array(try JSONEncoder().encode(spec)))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
}
