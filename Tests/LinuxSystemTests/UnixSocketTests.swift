import Glibc
import SystemPackage
import Testing

@testable import LinuxSystem

struct UnixSocketTests {
    @Test func aPathThatIsLongerThanAnAddressIsReachedToo() throws {
        let folder = try makeTemporaryFolder("/tmp/martlet-socket")
        defer { try? removeTree(folder) }
        let long = "\(folder)/\(String(repeating: "x", count: 100))"
        try systemCall("mkdir", long) { mkdir(long, 0o700) }
        let listener = try UnixSocket.make()
        let place = try openFile(long, O_RDONLY | O_DIRECTORY)
        let short = "\(pathOf(descriptor: place.raw))/socket"
        let bound = try UnixSocket.withAddress(short, for: "bind") { address, length in
            attempt { bind(listener.raw, address, length) }
        }
        #expect((try? bound.get()) == 0)
        try systemCall("listen") { listen(listener.raw, 1) }
        _ = try UnixSocket.connected(to: "\(long)/socket")
    }

    @Test func whoIsNotThereIsNamed() throws {
        let error = #expect(throws: SystemCallError.self) { _ = try UnixSocket.connected(to: "/tmp/martlet-none.sock") }
        #expect(error?.errno == .noSuchFileOrDirectory && "\(error!)".contains("/tmp/martlet-none.sock"))
        let long = "/tmp/" + String(repeating: "x", count: 120)
        let tooLong = #expect(throws: SystemCallError.self) { _ = try UnixSocket.connected(to: long) }
        #expect(tooLong?.errno == .fileNameTooLong)
    }
}
