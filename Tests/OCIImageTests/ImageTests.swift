import Foundation
import LinuxSystem
import OCISpec
import Testing

@testable import OCIImage

struct ImageTests {
    private func digest(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }

    private func layer(_ text: String) -> [UInt8] {
        var tar = Tar()
        tar.add("file", text: text)
        return tar.finished
    }

    /// An OCI layout in a folder, of layers as they are stored, with the digests of their content.
    private func layout(
        _ scratch: Scratch, layers: [(stored: [UInt8], mediaType: String, diffID: String)], config: String = "{}",
        manifests: (String) -> String = { "[{\"digest\": \"\($0)\"}]" }
    ) throws -> String {
        func blob(_ bytes: [UInt8]) throws -> String {
            _ = try scratch.write("layout/blobs/sha256/\(digest(bytes))", bytes)
            return "sha256:\(digest(bytes))"
        }
        let diffIDs = layers.map { "\"sha256:\($0.diffID)\"" }.joined(separator: ", ")
        let described = try layers.map { layer in
            "{\"mediaType\": \"\(layer.mediaType)\", \"digest\": \"\(try blob(layer.stored))\","
                + " \"size\": \(layer.stored.count), \"annotations\": {\"org.opencontainers.image.title\": \"hi.wasm\"}}"
        }.joined(separator: ", ")
        let image = try blob(
            Array("{\"config\": \(config), \"rootfs\": {\"diff_ids\": [\(diffIDs)]}}".utf8))
        let manifest = try blob(Array("{\"config\": {\"digest\": \"\(image)\"}, \"layers\": [\(described)]}".utf8))
        _ = try scratch.write("layout/index.json", Array("{\"manifests\": \(manifests(manifest))}".utf8))
        return "\(scratch.path)/layout"
    }

    @Test func aLayoutIsUnpackedWithItsConfiguration() throws {
        let scratch = try Scratch()
        let (one, two) = (layer("one"), layer("two"))
        let folder = try layout(
            scratch,
            layers: [
                (one, "application/vnd.oci.image.layer.v1.tar", digest(one)),
                (try scratch.compressed(two), "application/vnd.oci.image.layer.v1.tar+gzip", digest(two)),
            ], config: "{\"Entrypoint\": [\"/file\"], \"Cmd\": [\"x\"], \"User\": \"7\", \"Env\": null}")
        let image = try Image(FolderFiles(folder))
        #expect(image.arguments == ["/file", "x"] && image.configuration.config?.user == "7")
        try image.unpack(into: scratch.rootfs)
        #expect(try scratch.text("file") == "two")
    }

    @Test func unpackingEndsWhenItMayNotProceed() throws {
        struct Interrupted: Error {}
        let scratch = try Scratch()
        let content = layer("one")
        let folder = try layout(
            scratch, layers: [(content, "application/vnd.oci.image.layer.v1.tar", digest(content))])
        let image = try Image(FolderFiles(folder))
        #expect(throws: Interrupted.self) { try image.unpack(into: scratch.rootfs) { throw Interrupted() } }
        #expect(throws: (any Error).self) { try scratch.text("file") }
    }

    @Test func whatIsNotAsItsDigestSaysIsRefused() throws {
        let scratch = try Scratch()
        let content = layer("right")
        let folder = try layout(
            scratch, layers: [(content, "application/vnd.oci.image.layer.v1.tar", digest(layer("other")))])
        let image = try Image(FolderFiles(folder))
        let error = #expect(throws: ImageError.self) { try image.unpack(into: scratch.rootfs) }
        #expect(error?.code == .wrongDigest)

        _ = try scratch.write("layout/blobs/sha256/\(digest(content))", layer("wrong"))
        let changed = #expect(throws: ImageError.self) { try Image(FolderFiles(folder)) }
        #expect(changed?.code == .wrongDigest)
        try FileManager.default.removeItem(atPath: "\(folder)/blobs/sha256/\(digest(content))")
        let missing = #expect(throws: ImageError.self) { try Image(FolderFiles(folder)) }
        #expect(missing?.code == .notFound)
    }

    @Test(arguments: ["md5:00", "sha256:../../../etc/passwd", "sha256:", "sha256:\(String(repeating: "A", count: 64))"])
    func digestsThatAreNoneAreRefused(text: String) throws {
        let scratch = try Scratch()
        let folder = try layout(scratch, layers: []) { _ in "[{\"digest\": \"\(text)\"}]" }
        #expect(throws: ImageError.self) { try Image(FolderFiles(folder)) }
    }

    @Test func theImageForThisMachineIsChosen() throws {
        let scratch = try Scratch()
        let content = layer("one")
        let stored = [(content, "application/vnd.oci.image.layer.v1.tar", digest(content))]
        let other = "{\"digest\": \"sha256:00\", \"platform\": {\"architecture\": \"s390x\", \"os\": \"linux\"}}"
        let folder = try layout(scratch, layers: stored) {
            "[\(other), {\"digest\": \"\($0)\", \"platform\": {\"architecture\": \"wasm\", \"os\": \"wasip1\"}}]"
        }
        #expect(try Image(FolderFiles(folder)).layers.count == 1)
        _ = try layout(scratch, layers: stored) { _ in "[\(other)]" }
        let error = #expect(throws: ImageError.self) { try Image(FolderFiles(folder)) }
        #expect(error?.description.contains("linux/s390x") == true)

        func named(_ name: String, _ digest: String) -> String {
            "{\"digest\": \"\(digest)\", \"annotations\": {\"org.opencontainers.image.ref.name\": \"\(name)\"}}"
        }
        _ = try layout(scratch, layers: stored) { "[\(named("a", $0)), \(named("b", $0))]" }
        let several = #expect(throws: ImageError.self) { try Image(FolderFiles(folder)) }
        #expect(several?.description.contains("a, b") == true)
        #expect(try Image(FolderFiles(folder), reference: "b").reference == "b")
    }

    /// As an index is kept that was pulled for this machine alone.
    @Test func ofSeveralImagesForThisMachineTheOneThatIsThereIsChosen() throws {
        let scratch = try Scratch()
        let content = layer("one")
        let stored = [(content, "application/vnd.oci.image.layer.v1.tar", digest(content))]
        let wasm = "\"platform\": {\"architecture\": \"wasm\", \"os\": \"wasip1\"}"
        let missing = "{\"digest\": \"sha256:\(digest(layer("missing")))\", \(wasm)}"
        let folder = try layout(scratch, layers: stored) { "[\(missing), {\"digest\": \"\($0)\", \(wasm)}]" }
        #expect(try Image(FolderFiles(folder)).layers.count == 1)
        _ = try layout(scratch, layers: stored) { _ in "[\(missing), \(missing)]" }
        let error = #expect(throws: ImageError.self) { try Image(FolderFiles(folder)) }
        #expect(error?.code == .notFound && error?.description.contains("is not there") == true)
    }

    @Test func anImageIsFoundByItsDescriptor() throws {
        let scratch = try Scratch()
        let content = layer("one")
        var manifest = ""
        let folder = try layout(
            scratch, layers: [(content, "application/vnd.oci.image.layer.v1.tar", digest(content))]
        ) {
            manifest = $0
            return "[]"
        }
        let image = try Image(FolderFiles(folder), target: Descriptor(digest: manifest), reference: "hello:1")
        #expect(image.reference == "hello:1" && image.layers.count == 1)
    }

    @Test func aLayerCanBeAModule() throws {
        let scratch = try Scratch()
        let module: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
        let folder = try layout(scratch, layers: [(module, "application/wasm", digest(module))])
        let image = try Image(FolderFiles(folder))
        #expect(image.arguments == ["/hi.wasm"])
        try image.unpack(into: scratch.rootfs)
        #expect(scratch.exists("hi.wasm"))
    }

    @Test func archivesAreThoseOfDockerAndOfOCI() throws {
        let scratch = try Scratch()
        let content = layer("docker")
        let config = Array(
            "{\"config\": {\"Cmd\": [\"/file\"]}, \"rootfs\": {\"diff_ids\": [\"sha256:\(digest(content))\"]}}".utf8)
        func archive(config: [UInt8], name: String) throws -> String {
            var tar = Tar()
            tar.add("\(name).json", config)
            tar.add("one/layer.tar", content)
            tar.add("two/layer.tar", type: "2", link: "../one/layer.tar")
            let manifest = "[{\"Config\": \"\(name).json\", \"RepoTags\": [\"x:1\"], \"Layers\": [\"two/layer.tar\"]}]"
            tar.add("manifest.json", text: manifest)
            return try scratch.write("docker.tar", tar.finished)
        }
        let image = try Image(ArchiveFiles(archive(config: config, name: digest(config))))
        #expect(image.reference == "x:1" && image.arguments == ["/file"])
        try image.unpack(into: scratch.rootfs)
        #expect(try scratch.text("file") == "docker")
        let wrong = try archive(config: config, name: digest(content))
        #expect(throws: ImageError.self) { try Image(ArchiveFiles(wrong)) }
        var empty = Tar()
        empty.add("other", text: "x")
        let nothing = try scratch.write("empty.tar", empty.finished)
        let error = #expect(throws: ImageError.self) { try Image(ArchiveFiles(nothing)) }
        #expect(error?.code == .notAnImage)
    }

    @Test func gzipMayHaveSeveralMembersAndMustBeWhole() throws {
        let scratch = try Scratch()
        func unzip(_ bytes: [UInt8]) throws -> [UInt8] {
            let file = SharedFile(try openFile(try scratch.write("gz", bytes), O_RDONLY))
            var source = try GzipSource(FileRange(file, offset: 0, length: bytes.count, name: "gz"), name: "gz")
            var result: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1000)
            while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
                result += buffer.prefix(count)
            }
            return result
        }
        let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let packed = try scratch.compressed(content)
        #expect(try unzip(packed + packed) == content + content)
        #expect(throws: ImageError.self) { try unzip(Array(packed.dropLast(4))) }
        var broken = packed
        broken[packed.count / 2] ^= 0xff
        #expect(throws: ImageError.self) { try unzip(broken) }
    }

    @Test func usersAreNamesOfTheImageOrNumbers() throws {
        let scratch = try Scratch()
        _ = try scratch.write("rootfs/etc/passwd", Array("root:x:0:0::/:\nweb:x:33:34::/:\n".utf8))
        _ = try scratch.write("rootfs/etc/group", Array("web:x:34:\nlog:x:4:web,other\n".utf8))
        let named = try User("web", rootfs: scratch.rootfs)
        #expect(named.uid == 33 && named.gid == 34 && named.additionalGids == [4])
        let both = try User("web:log", rootfs: scratch.rootfs)
        #expect(both.gid == 4 && both.additionalGids == nil)
        let numbers = try User("1000:1001", rootfs: scratch.rootfs)
        #expect(numbers.uid == 1000 && numbers.gid == 1001)
        #expect(throws: ImageError.self) { try User("nobody", rootfs: scratch.rootfs) }
        #expect(throws: ImageError.self) { try User("web:none", rootfs: scratch.rootfs) }
    }
}
