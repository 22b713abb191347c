import Foundation
import Testing

@testable import MartletCommands

struct CacheFolderTests {
    private func name(_ digit: String, _ kind: String = "module") -> String {
        String(repeating: digit, count: 64) + "-0011223344556677.\(kind)"
    }

    private func folder(_ body: (CacheFolder) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "/martlet-cache-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(CacheFolder(path: path))
    }

    private func write(_ name: String, in cache: CacheFolder, _ bytes: [UInt8], mode: Int = 0o600) throws {
        try Data(bytes).write(to: URL(filePath: "\(cache.path)/\(name)"))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(cache.path)/\(name)")
    }

    private static let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]

    @Test func artifactsAreKnownByTheirNames() throws {
        #expect(try CacheFolder(path: "/none/there").artifacts().isEmpty)
        try folder { cache in
            try write(name("a"), in: cache, Self.elf)
            try write(name("b", "component"), in: cache, Self.elf)
            for other in ["new-1-1", "lock", "x.module", "\(name("c")).old"] { try write(other, in: cache, Self.elf) }
            let found = try cache.artifacts()
            #expect(Set(found.map(\.kind)) == ["module", "component"] && found.allSatisfy { $0.size == 7 })
            #expect(found.allSatisfy { $0.configuration == "0011223344556677" && $0.digest.count == 64 })
            try cache.remove(found[0])
            try cache.remove(found[0])
            #expect(try cache.artifacts() == [found[1]])
        }
    }

    @Test func whatNoEngineWouldUseIsTold() throws {
        try folder { cache in
            try write(name("a"), in: cache, Self.elf)
            try write(name("b"), in: cache, Self.elf, mode: 0o644)
            try write(name("c"), in: cache, [0, 0x61, 0x73, 0x6d])
            try write(name("d"), in: cache, [])
            try FileManager.default.createSymbolicLink(
                atPath: "\(cache.path)/\(name("e"))", withDestinationPath: "\(cache.path)/\(name("a"))")
            let faults = try cache.artifacts().map { (String($0.digest.prefix(1)), cache.fault(of: $0)) }
            #expect(faults.filter { $0.1 == nil }.map(\.0) == ["a"])
            #expect(faults.count == 5)
        }
    }

    @Test func whatWasNotUsedForLongestGoesFirst() {
        func artifact(_ name: String, size: Int64, used: Int64) -> CacheFolder.Artifact {
            CacheFolder.Artifact(
                name: name, digest: name, kind: "module", configuration: "", size: size, lastUsed: used)
        }
        let all = [
            artifact("old", size: 10, used: 1), artifact("new", size: 10, used: 3), artifact("mid", size: 10, used: 2),
        ]
        #expect(CacheFolder.excess(of: all, beyond: 30).isEmpty)
        #expect(CacheFolder.excess(of: all, beyond: 20).map(\.name) == ["old"])
        #expect(Set(CacheFolder.excess(of: all, beyond: 0).map(\.name)) == ["old", "mid", "new"])
    }
}
