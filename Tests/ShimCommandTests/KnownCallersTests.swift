import Glibc
import LinuxSystem
import Testing

@testable import ShimCommand

struct KnownCallersTests {
    private let folder = TestFolder()

    @Test func aProcessIsKnownOnceItWasAdded() throws {
        let callers = KnownCallers(folder: "\(folder.path)/a/b")
        #expect(!callers.contains(getpid()))
        try callers.add(getpid())
        #expect(callers.contains(getpid()) && !callers.contains(getppid()))
    }

    @Test func aProcessThatCameLaterWithTheSamePidIsAnother() throws {
        let callers = KnownCallers(folder: folder.path)
        try folder.write("", to: "\(getpid()).1")
        #expect(!callers.contains(getpid()))
    }

    @Test func thoseThatHaveEndedAreForgotten() throws {
        try folder.write("", to: "999999999.5")
        try folder.write("", to: "\(getpid()).1")
        try KnownCallers(folder: folder.path).add(getpid())
        #expect(!folder.exists("999999999.5") && !folder.exists("\(getpid()).1"))
        #expect(KnownCallers(folder: folder.path).contains(getpid()))
    }
}
