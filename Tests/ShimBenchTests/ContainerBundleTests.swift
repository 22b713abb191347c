import ContainerdAPI
import Foundation
import OCISpec
import Testing

@testable import ShimBench

@Suite struct ContainerBundleTests {
    @Test func aBundleHoldsWhatAShimExpects() throws {
        try withTemporaryFolder { folder in
            let spec = ContainerSpec.make(arguments: ["/hello"], cgroupsPath: "/bench/a")
            let bundle = try ContainerBundle(id: "a", in: folder, layer: "/layer", spec: spec)
            let names = try FileManager.default.contentsOfDirectory(atPath: bundle.path)
            #expect(names.sorted() == ["config.json", "log", "rootfs", "work"])
            let mode = try FileManager.default.attributesOfItem(atPath: bundle.path)[.posixPermissions] as? Int
            #expect(mode == 0o700)
            let written = try Data(contentsOf: URL(filePath: "\(bundle.path)/config.json"))
            #expect(try JSONDecoder().decode(Spec.self, from: written) == spec)
            #expect(bundle.rootfsMount.options.contains("lowerdir=/layer"))
        }
    }

    @Test func whatAContainerWritesIsSeenAndStaysUntilItIsRead() throws {
        try withTemporaryFolder { folder in
            let fifo = try OutputFIFO("\(folder)/out")
            #expect(try fifo.read() == "")
            let writer = try #require(FileHandle(forWritingAtPath: fifo.path))
            let before = Moment.now
            try writer.write(contentsOf: Data("hello\n".utf8))
            try writer.close()
            #expect(try fifo.firstByte(within: 10) > before)
            #expect(try fifo.read() == "hello\n")
        }
    }

    @Test func aWriterThatSaysNothingIsNoOutput() throws {
        try withTemporaryFolder { folder in
            let fifo = try OutputFIFO("\(folder)/out")
            try #require(FileHandle(forWritingAtPath: fifo.path)).close()
            let error = #expect(throws: BenchError.self) { try fifo.firstByte(within: 0) }
            #expect(error?.code == .container)
        }
    }
}
