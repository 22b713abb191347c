import FoundationEssentials
import Glibc
import LinuxSystem
import SystemPackage
import Testing

/// A folder that is gone when it goes.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-system-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct RootDirectoryTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func isThere(_ path: String) -> Bool { access(folder.path + path, F_OK) == 0 }

    @Test func directoriesThatAreMissingAreMade() throws {
        let root = try RootDirectory(folder.path)
        _ = try root.openMakingDirectories("/a/./b//c/../d")
        #expect(isThere("/a/b/d"))
    }

    @Test func parentsDoNotLeadOutOfTheRoot() throws {
        let root = try RootDirectory(folder.path)
        _ = try root.openMakingDirectories("/../../martlet-escape/x")
        #expect(isThere("/martlet-escape/x") && access("/martlet-escape", F_OK) != 0)
    }

    @Test(arguments: ["/etc/martlet-link", "../../../../etc/martlet-link", "b/../../../../../etc/martlet-link"])
    func linksThatDangleAreFollowedInsideTheRoot(target: String) throws {
        let root = try RootDirectory(folder.path)
        symlink(target, folder.path + "/link")
        _ = try root.openMakingDirectories("/link/deep")
        #expect(isThere("/etc/martlet-link/deep") && access("/etc/martlet-link", F_OK) != 0)
    }

    @Test func linksToThemselvesAreAnError() throws {
        let root = try RootDirectory(folder.path)
        symlink("loop", folder.path + "/loop")
        let error = #expect(throws: SystemCallError.self) { _ = try root.openMakingDirectories("/loop/x") }
        #expect(error?.errno == .tooManySymbolicLinkLevels)
    }

    @Test func magicLinksAreRefused() throws {
        let proc = try RootDirectory("/proc")
        #expect(throws: SystemCallError.self) { _ = try proc.open("/self/root") }
        #expect(throws: SystemCallError.self) { _ = try proc.open("/self/cwd/x") }
    }

    @Test func aFileIsMadeEmptyAndWhatIsThereIsKept() throws {
        let root = try RootDirectory(folder.path)
        _ = try root.openMakingFile("/etc/conf/app.json")
        #expect(try readText(folder.path + "/etc/conf/app.json").isEmpty)
        try Data("kept".utf8).write(to: URL(filePath: folder.path + "/etc/conf/app.json"))
        _ = try root.openMakingFile("/etc/conf/app.json")
        #expect(try readText(folder.path + "/etc/conf/app.json") == "kept")
    }

    @Test func aFileInTheWayOfADirectoryIsAnError() throws {
        let root = try RootDirectory(folder.path)
        try Data().write(to: URL(filePath: folder.path + "/file"))
        let error = #expect(throws: SystemCallError.self) { _ = try root.openMakingDirectories("/file/below") }
        #expect(error?.errno == .notDirectory)
    }
}
