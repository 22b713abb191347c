import Foundation
import LinuxSystem
import Testing

@testable import OCIImage

struct LayerTests {
    private func apply(_ layers: [Tar], _ scratch: Scratch) throws {
        let unpacker = try LayerUnpacker(rootfs: scratch.rootfs)
        for (index, layer) in layers.enumerated() {
            let path = try scratch.write("layer\(index).tar", layer.finished)
            let file = SharedFile(try openFile(path, O_RDONLY))
            var reader = TarReader(
                FileRange(file, offset: 0, length: layer.finished.count, name: "layer"), name: "layer")
            try unpacker.apply(&reader, name: "layer")
        }
    }

    @Test func filesFoldersAndLinksAreMade() throws {
        let scratch = try Scratch()
        var layer = Tar()
        layer.folder("./bin/", mode: 0o750)
        layer.add("bin/tool", text: "tool", mode: 0o4755)
        layer.add("bin/link", type: "2", link: "tool")
        layer.add("same", type: "1", link: "bin/tool")
        layer.add("a/b/deep", text: "deep")
        layer.add("fifo", type: "6")
        try apply([layer], scratch)
        #expect(try scratch.text("bin/link") == "tool" && scratch.text("a/b/deep") == "deep")
        var found = stat()
        #expect(stat("\(scratch.rootfs)/same", &found) == 0 && found.st_nlink == 2)
        #expect(found.st_mode & 0o7777 == 0o4755 && found.st_mtim.tv_sec == 1_000_000)
        #expect(stat("\(scratch.rootfs)/bin", &found) == 0 && found.st_mode & 0o7777 == 0o750)
        #expect(stat("\(scratch.rootfs)/fifo", &found) == 0 && found.st_mode & S_IFMT == S_IFIFO)
    }

    @Test(arguments: ["../out", "a/../../out", "/..", "a/.."])
    func noEntryLeadsOut(name: String) throws {
        let scratch = try Scratch()
        var layer = Tar()
        layer.add(name, text: "out")
        let error = #expect(throws: ImageError.self) { try apply([layer], scratch) }
        #expect(error?.code == .malformed)
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/out"))
    }

    @Test func noLinkLeadsOut() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: "\(scratch.path)/host", withIntermediateDirectories: true)
        var layer = Tar()
        layer.add("absolute", type: "2", link: "\(scratch.path)/host")
        layer.add("absolute/one", text: "one")
        layer.add("relative", type: "2", link: "../host")
        layer.add("relative/two", text: "two")
        try apply([layer], scratch)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/host").isEmpty)
        #expect(try scratch.text("host/two") == "two")

        for link in ["../layer0.tar", "absolute/../../../../etc/passwd"] {
            var hostile = Tar()
            hostile.add("hard", type: "1", link: link)
            #expect(throws: ImageError.self) { try apply([hostile], scratch) }
        }
        // What is there already is replaced and not written through.
        let target = try scratch.write("host/file", Array("host".utf8))
        var through = Tar()
        through.add("file", type: "2", link: target)
        through.add("file", text: "image")
        try apply([through], scratch)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "host")
        #expect(try scratch.text("file") == "image")
    }

    @Test func whiteoutsRemoveWhatLowerLayersHave() throws {
        let scratch = try Scratch()
        var lower = Tar()
        for name in ["a", "folder/inner/b", "opaque/old", "opaque/both/old", "kept"] { lower.add(name, text: "old") }
        var upper = Tar()
        upper.add("a", text: "new")
        upper.add(".wh.a")
        upper.add(".wh.folder")
        upper.add(".wh.missing")
        upper.add("opaque/new", text: "new")
        upper.add("opaque/both/new", text: "new")
        upper.add("opaque/.wh..wh..opq")
        upper.add(".wh..wh.plnk")
        try apply([lower, upper], scratch)
        #expect(try scratch.text("a") == "new" && scratch.text("kept") == "old")
        #expect(!scratch.exists("folder") && !scratch.exists("opaque/old") && !scratch.exists("opaque/both/old"))
        #expect(try scratch.text("opaque/new") == "new" && scratch.text("opaque/both/new") == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.rootfs).allSatisfy { !$0.contains(".wh.") })
        var hostile = Tar()
        hostile.add(".wh...")
        #expect(throws: ImageError.self) { try apply([hostile], scratch) }
    }

    @Test func anEntryOfAnotherKindTakesTheOldOnesPlace() throws {
        let scratch = try Scratch()
        var lower = Tar()
        lower.add("x/inner", text: "old")
        lower.add("y", text: "old")
        lower.add("z/kept", text: "old")
        var upper = Tar()
        upper.add("x", text: "new")
        upper.add("y/inner/", type: "5")
        upper.folder("z", mode: 0o700)
        #expect(throws: ImageError.self) { try apply([lower, upper], scratch) }
        var right = Tar()
        right.add("x", text: "new")
        right.folder("y")
        right.folder("z", mode: 0o700)
        try apply([right], scratch)
        #expect(try scratch.text("x") == "new" && scratch.text("z/kept") == "old")
        #expect(scratch.exists("y/"))
    }

    @Test func longNamesAreThoseOfPaxAndGNU() throws {
        let scratch = try Scratch()
        let long = String(repeating: "n", count: 200)
        var layer = Tar()
        layer.pax(["path": "pax/\(long)", "mtime": "2000.5", "comment": "a=b"])
        layer.add("short", text: "pax")
        layer.add("././@LongLink", Array("gnu/\(long)\u{0}".utf8), type: "L", magic: "ustar  \u{0}")
        layer.add("short", text: "gnu", mode: 0o600)
        layer.add("plain", text: "plain")
        try apply([layer], scratch)
        #expect(try scratch.text("pax/\(long)") == "pax" && scratch.text("gnu/\(long)") == "gnu")
        #expect(try scratch.text("plain") == "plain" && !scratch.exists("short"))
    }

    @Test func whatIsNoTarIsRefused() throws {
        let scratch = try Scratch()
        var whole = Tar()
        whole.add("file", [UInt8](repeating: 1, count: 2000))
        func read(_ bytes: [UInt8]) throws {
            let file = SharedFile(try openFile(try scratch.write("tar", bytes), O_RDONLY))
            var reader = TarReader(FileRange(file, offset: 0, length: bytes.count, name: "tar"), name: "tar")
            while try reader.next() != nil {}
        }
        try read(whole.finished)
        for count in [100, 512, 1000, 2047] {
            #expect(throws: ImageError.self, "\(count) bytes") { try read(Array(whole.bytes.prefix(count))) }
        }
        for (offset, byte) in [(148, 0x39), (124, 0x2d), (124, 0xff), (156, 0x53), (0, 0x41)] {
            var bytes = whole.finished
            bytes[offset] = UInt8(byte)
            #expect(throws: ImageError.self, "byte \(offset)") { try read(bytes) }
        }
        for records in ["5 a=b\n", "99 a=b\n", "x", "0 a=b\n", "6 ab\n"] {
            var layer = Tar()
            layer.add("pax", Array(records.utf8), type: "x")
            layer.add("file")
            #expect(throws: ImageError.self, "\(records)") { try read(layer.finished) }
        }
    }
}
