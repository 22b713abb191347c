import FoundationEssentials
import Glibc
import LinuxSystem
import SystemPackage
import Testing

/// Nothing that a guest says as a path leads out of the directory that it is taken from.
@Suite struct ConfinedPathTests {
    private let outside: TemporaryFolder
    private let root: HeldDescriptor

    /// `in` is what may be reached: a file, a directory with a file in it, and links; beside it is a secret.
    init() throws {
        outside = try TemporaryFolder()
        for folder in ["in", "in/folder", "out"] { try #require(mkdir("\(outside.path)/\(folder)", 0o755) == 0) }
        for file in ["in/file", "in/folder/file", "out/secret"] {
            try writeFile(Array(file.utf8), to: "\(outside.path)/\(file)", mode: 0o644)
        }
        let links = [
            ("file", "to-file"), ("folder", "to-folder"), ("folder/../file", "around"), ("../out/secret", "to-secret"),
            ("../out", "to-out"), ("\(outside.path)/out/secret", "absolute"), ("/", "to-root"), ("loop", "loop"),
            ("nothing", "dangling"), ("/proc/self/root", "magic"),
        ]
        for (target, name) in links { try #require(symlink(target, "\(outside.path)/in/\(name)") == 0) }
        root = HeldDescriptor(try openFile("\(outside.path)/in", OpenFlag.path | O_DIRECTORY))
    }

    private func path(_ text: String) throws -> ConfinedPath {
        try ConfinedPath(text, below: root.descriptor.raw)
    }

    private func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat("\(outside.path)/\(path)", &status) == 0
    }

    private func text(_ name: String) throws -> String {
        let opened = try path(name).open(O_RDONLY)
        return String(decoding: try readToEnd(of: opened.raw, limit: 100, name: name), as: UTF8.self)
    }

    private static let escapes = [
        "..", "../", "../out/secret", "folder/../../out/secret", "/", "/etc/passwd", "//", "to-secret", "to-out/secret",
        "to-out/", "absolute", "to-root", "to-root/etc/passwd", "folder/../to-secret", "./../in/file", "magic",
    ]

    // MARK: What it leads to

    @Test func aPathIsOpened() throws {
        for name in ["file", "./file", "folder/../file", "to-file", "around", "to-folder/../file"] {
            #expect(try text(name) == "in/file", "\(name)")
        }
        for name in ["folder/file", "folder//file", "to-folder/file"] {
            #expect(try text(name) == "in/folder/file", "\(name)")
        }
    }

    @Test(arguments: escapes) func nothingOutsideIsOpened(name: String) throws {
        let path = try path(name)
        for flags in [O_RDONLY, O_RDWR, O_RDONLY | O_DIRECTORY] {
            #expect(throws: Errno.notPermitted) { _ = try path.open(flags) }
        }
        // A directory can't be made so, wherever it is.
        #expect(throws: name == "to-out/" ? Errno.isDirectory : .notPermitted) {
            _ = try path.open(O_RDWR | O_CREAT, mode: 0o644)
        }
        #expect(throws: Errno.notPermitted) { try path.status(followsLinks: true) }
        let times = (timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0))
        #expect(throws: Errno.notPermitted) { try path.setTimes(times, followsLinks: true) }
        var status = stat()
        try #require(stat("\(outside.path)/out/secret", &status) == 0)
        #expect(status.st_mtim.tv_sec != 1)
    }

    @Test(arguments: [
        "../out/new", "/new", "to-out/new", "to-root/new", "folder/../../new", "..", "../", "../in", "to-out/.",
    ])
    func nothingOutsideIsNamed(name: String) throws {
        let (path, file) = (try path(name), try path("file"))
        #expect(throws: Errno.notPermitted) { try path.makeDirectory() }
        #expect(throws: Errno.notPermitted) { try path.makeLink(saying: "x") }
        #expect(throws: Errno.notPermitted) { try path.remove(isDirectory: true) }
        #expect(throws: Errno.notPermitted) { try path.remove(isDirectory: false) }
        #expect(throws: Errno.notPermitted) { try path.readLink() }
        #expect(throws: Errno.notPermitted) { try path.rename(to: file) }
        #expect(throws: Errno.notPermitted) { try file.rename(to: path) }
        #expect(throws: Errno.notPermitted) { try file.link(to: path) }
        #expect(throws: Errno.notPermitted) { try path.link(to: file) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(outside.path)/out") == ["secret"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).count == 2)
    }

    /// Though it can be named itself.
    @Test func aLinkThatLeadsOutIsNotFollowedByWhatActsOnNames() throws {
        let status = try path("to-secret").status(followsLinks: false)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
        #expect(try path("to-secret").readLink() == Array("../out/secret".utf8))
        try path("to-secret").setTimes((timespec(), timespec()), followsLinks: false)
        try path("to-secret").link(to: path("folder/same"))
        try path("to-secret").rename(to: path("folder/other"))
        #expect(isThere("in/folder/same") && isThere("in/folder/other") && isThere("out/secret"))
        try path("folder/other").remove(isDirectory: false)
        try path("folder/same").remove(isDirectory: false)
        try path("file").rename(to: path("to-out"))
        #expect(isThere("out/secret") && !isThere("in/file"))
    }

    @Test(arguments: ["to-out/", "to-root/", "to-out/."])
    func aSlashAtTheEndOfALinkIsNoWayOut(name: String) throws {
        let path = try path(name)
        #expect(throws: Errno.notPermitted) { try path.status(followsLinks: false) }
        #expect(throws: Errno.notPermitted) { try path.readLink() }
        #expect(throws: Errno.notPermitted) { try path.link(to: self.path("new")) }
        for isDirectory in [true, false] { #expect(throws: Errno.self) { try path.remove(isDirectory: isDirectory) } }
        #expect(throws: Errno.self) { try path.rename(to: self.path("new")) }
        #expect(isThere("out/secret"))
    }

    @Test func magicLinksAreNotFollowed() throws {
        let proc = HeldDescriptor(try openFile("/proc", OpenFlag.path | O_DIRECTORY))
        for name in ["self/root", "self/cwd/x", "self/fd/0"] {
            let path = try ConfinedPath(name, below: proc.descriptor.raw)
            #expect(throws: Errno.tooManySymbolicLinkLevels) { _ = try path.open(O_RDONLY) }
        }
    }

    // MARK: Odd paths

    @Test func aPathWithANulIsRefused() throws {
        #expect(throws: Errno.invalidArgument) { try path("file\0") }
        #expect(throws: Errno.invalidArgument) { try path("link").makeLink(saying: "a\0b") }
    }

    @Test func aPathThatIsEmptyIsNowhere() throws {
        let path = try path("")
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try path.open(O_RDONLY) }
        #expect(throws: Errno.noSuchFileOrDirectory) { try path.status(followsLinks: false) }
        #expect(throws: Errno.noSuchFileOrDirectory) { try path.makeDirectory() }
        #expect(throws: Errno.noSuchFileOrDirectory) { try path.rename(to: path) }
    }

    @Test func aNameMayBeTooLong() throws {
        for name in [String(repeating: "n", count: 256), String(repeating: "folder/../", count: 1000) + "file"] {
            let path = try path(name)
            #expect(throws: Errno.fileNameTooLong) { _ = try path.open(O_RDONLY) }
            #expect(throws: Errno.fileNameTooLong) { try path.status(followsLinks: false) }
            #expect(throws: Errno.fileNameTooLong) { try path.makeDirectory() }
        }
    }

    @Test func linksToThemselvesAreAnError() throws {
        #expect(throws: Errno.tooManySymbolicLinkLevels) { _ = try path("loop").open(O_RDONLY) }
        #expect(throws: Errno.tooManySymbolicLinkLevels) { try path("loop/x").makeDirectory() }
    }

    @Test func aSlashAtTheEndAsksForADirectory() throws {
        #expect(throws: Errno.notDirectory) { try path("file/").status(followsLinks: true) }
        #expect(throws: Errno.notDirectory) { try path("file/").remove(isDirectory: false) }
        #expect(throws: Errno.notDirectory) { try path("file/").rename(to: path("new")) }
        #expect(throws: Errno.notDirectory) { try path("file/").link(to: path("new")) }
        #expect(throws: Errno.notDirectory) { try path("to-folder/").remove(isDirectory: true) }
        try path("new/").makeDirectory()
        try path("new//").rename(to: path("newer/"))
        try path("newer/").remove(isDirectory: true)
        #expect(!isThere("in/new") && !isThere("in/newer") && isThere("in/file"))
    }

    @Test func aDirectoryIsNotNamedByADot() throws {
        for name in [".", "folder/.", "folder/.."] {
            let path = try path(name)
            #expect(throws: Errno.invalidArgument) { try path.readLink() }
            #expect(throws: Errno.fileExists) { try path.makeDirectory() }
            #expect(throws: Errno.invalidArgument) { try path.remove(isDirectory: true) }
            #expect(throws: Errno.isDirectory) { try path.remove(isDirectory: false) }
            #expect(throws: Errno.resourceBusy) { try path.rename(to: self.path("new")) }
            #expect(try path.status(followsLinks: false).st_mode & S_IFMT == S_IFDIR)
        }
        #expect(isThere("in/folder/file"))
    }

    // MARK: What it does

    @Test func aRenameGoesFromOneDirectoryToAnother() throws {
        let folder = try path("folder").open(O_RDONLY)
        try path("file").rename(to: ConfinedPath("moved", below: folder.raw))
        #expect(isThere("in/folder/moved") && !isThere("in/file"))
        try ConfinedPath("moved", below: folder.raw).rename(to: path("file"))
        #expect(isThere("in/file"))
        let back = try ConfinedPath("../file", below: folder.raw)
        #expect(throws: Errno.notPermitted) { try back.rename(to: path("other")) }
    }

    @Test func timesAreSet() throws {
        let times = (timespec(tv_sec: 10, tv_nsec: 5), timespec(tv_sec: 20, tv_nsec: 7))
        try path("to-file").setTimes(times, followsLinks: true)
        let file = try path("file").status(followsLinks: true)
        #expect(file.st_atim.tv_sec == 10 && file.st_mtim.tv_sec == 20 && file.st_mtim.tv_nsec == 7)
        #expect(try path("to-file").status(followsLinks: false).st_mtim.tv_sec != 20)
        try path("to-file").setTimes(times, followsLinks: false)
        #expect(try path("to-file").status(followsLinks: false).st_mtim.tv_sec == 20)
        // A place that can't be read or written.
        try ConfinedPath.setTimes(times, of: root.descriptor.raw)
        #expect(try ConfinedPath.status(of: root.descriptor.raw).st_mtim.tv_sec == 20)
    }

    @Test func aPipeMakesNobodyWait() throws {
        try #require(mkfifo("\(outside.path)/in/pipe", 0o644) == 0)
        _ = try path("pipe").open(O_RDONLY)
        #expect(throws: Errno.noSuchAddressOrDevice) { _ = try path("pipe").open(O_WRONLY) }
    }
}
