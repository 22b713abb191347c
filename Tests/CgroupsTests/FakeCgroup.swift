import FoundationEssentials
import Glibc
import OCISpec

@testable import Cgroups

/// A temporary directory laid out like a cgroup's; all are removed when the tests end.
struct FakeCgroup {
    let path: String
    var directory: CgroupDirectory { CgroupDirectory(path: path) }

    init(_ files: [String: String] = [:]) {
        path = "\(Self.top)/\(UInt64.random(in: 0 ... .max))"
        mkdir(path, 0o755)
        for (name, content) in files { write(content, to: name) }
    }

    private static let top: String = {
        let top = FileManager.default.temporaryDirectory.path + "/martlet-cgroups-\(getpid())"
        mkdir(top, 0o700)
        atexit { try? FileManager.default.removeItem(atPath: FakeCgroup.top) }
        return top
    }()

    /// Makes the directories that `name` goes through.
    func write(_ content: String, to name: String) {
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/\(part)"
            mkdir(parent, 0o755)
        }
        try? Data(content.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func makeDirectory(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

    /// What was written since the file was empty.
    subscript(name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }
}

extension FakeCgroup {
    /// Files that are there, and empty.
    static func empty(_ names: String...) -> FakeCgroup {
        FakeCgroup(Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
    }
}

/// The `linux.resources` of a specification.
func resources(_ json: String) throws -> LinuxResources {
    try decodeJSON(LinuxResources.self, from: Data(json.utf8), file: "config.json")
}
