import FoundationEssentials
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct DirectoryReaderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func entries() throws -> [(name: String, type: UInt32)] {
        let directory = try openFile(folder.path, OpenFlag.path | O_DIRECTORY)
        var reader = try DirectoryReader(directory.raw)
        var entries: [(name: String, type: UInt32)] = []
        while let entry = try reader.next() {
            entries.append((String(decoding: entry.name, as: UTF8.self), entry.type))
        }
        // It stays at its end.
        #expect(try reader.next() == nil)
        return entries
    }

    @Test func anEmptyDirectoryHasNoEntries() throws {
        #expect(try entries().isEmpty)
    }

    @Test func eachEntryHasItsType() throws {
        try writeFile([], to: "\(folder.path)/file", mode: 0o644)
        try #require(mkdir("\(folder.path)/folder", 0o755) == 0 && mkfifo("\(folder.path)/pipe", 0o644) == 0)
        try #require(symlink("nothing", "\(folder.path)/link") == 0)
        let types = Dictionary(uniqueKeysWithValues: try entries())
        #expect(types == ["file": S_IFREG, "folder": S_IFDIR, "pipe": S_IFIFO, "link": S_IFLNK])
    }

    @Test func manyNamesAndLongOnesComeOnceEach() throws {
        let long = String(repeating: "n", count: 250)
        let names = (0..<500).map { "\(long)\($0)" } + (0..<500).map { "\($0)" }
        for name in names { try writeFile([], to: "\(folder.path)/\(name)".replacing(long, with: "x"), mode: 0o644) }
        for name in names.prefix(500) {
            try #require(rename("\(folder.path)/\(name)".replacing(long, with: "x"), "\(folder.path)/\(name)") == 0)
        }
        #expect(try entries().map(\.name).sorted() == names.sorted())
    }

    @Test func aFileIsNoDirectory() throws {
        try writeFile([], to: "\(folder.path)/file", mode: 0o644)
        let file = try openFile("\(folder.path)/file", O_RDONLY)
        #expect(throws: Errno.notDirectory) { _ = try DirectoryReader(file.raw) }
    }
}
