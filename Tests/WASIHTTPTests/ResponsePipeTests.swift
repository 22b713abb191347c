import Foundation
import LinuxSystem
import NIOCore
import Testing

@testable import WASIHTTP

@Suite struct ResponsePipeTests {
    private func write(_ text: String, to pipe: ResponsePipe) -> Int {
        text.utf8.withContiguousStorageIfAvailable { Foundation.write(pipe.writing, $0.baseAddress, $0.count) } ?? -1
    }

    @Test func allThatWasWrittenIsRead() throws {
        let pipe = try PipePool().take()
        #expect(pipe.waiting == 0)
        #expect(write("hello", to: pipe) == 5)
        #expect(pipe.waiting == 5)
        #expect(pipe.takeAll().map { String(buffer: $0) } == "hello")
        #expect(pipe.waiting == 0)
    }

    @Test func onlyAPipeThatNothingCameThroughIsUsedAgain() throws {
        let pool = PipePool()
        let first = try pool.take()
        let ends = (first.writing, first.capacity)
        first.giveBack()
        let second = try pool.take()
        #expect((second.writing, second.capacity) == ends)
        #expect(write("one response's", to: second) > 0)
        second.giveBack()
        #expect(try pool.take().takeAll()?.readableBytes == 0)
    }

    /// Its owner may hold it on; nothing is read or closed twice.
    @Test func aPipeThatWasGivenAwayIsOthers() throws {
        let pool = PipePool()
        let pipe = try pool.take()
        pipe.giveBack()
        #expect(pipe.waiting == nil)
        #expect(pipe.takeAll() == nil)
        #expect(pipe.detach() == nil)
        pipe.breakOff()
        let other = try pool.take()
        #expect(write("x", to: other) == 1)
    }

    @Test func whoWritesIntoABrokenPipeLearnsIt() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try PipePool().take()
        let copy = OwnedFileDescriptor(owning: dup(pipe.writing))
        pipe.breakOff()
        #expect(Foundation.write(copy.raw, "x", 1) == -1)
        #expect(errno == EPIPE)
    }

    /// What is read from is at its end when the guest's own descriptor is closed.
    @Test func aDetachedPipeEndsWithItsWriter() throws {
        let pipe = try PipePool().take()
        let guests = dup(pipe.writing)
        let reading = OwnedFileDescriptor(owning: try #require(pipe.detach()))
        #expect(Foundation.write(guests, "x", 1) == 1)
        _ = close(guests)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(read(reading.raw, &buffer, 8) == 1)
        #expect(read(reading.raw, &buffer, 8) == 0)
    }

    /// A user's pipes share their pages: few are larger than the others.
    @Test func notAllPipesAreLarge() throws {
        let pool = PipePool()
        let pipes = try (0..<40).map { _ in try pool.take() }
        let large = pipes.filter { $0.capacity >= 256 << 10 }
        #expect(large.count <= 16)
        #expect(pipes.allSatisfy { $0.capacity >= 4096 })
    }
}
