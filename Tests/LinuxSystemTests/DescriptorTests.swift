import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct DescriptorTests {
    @Test func aSealedFileHasItsContentAndCanNotBeChanged() throws {
        let file = try makeSealedFile("test", content: Array("content".utf8))
        #expect(try readToEnd(of: file.raw, limit: 100, name: "test") == Array("content".utf8))
        #expect(throws: SystemCallError.self) { try writeText("x", to: file.raw, name: "test") }
        #expect(ftruncate(file.raw, 0) == -1)
    }

    @Test func aFileThatIsTooLongIsRefused() throws {
        let file = try makeSealedFile("test", content: [UInt8](repeating: 1, count: 5000))
        let error = #expect(throws: SystemCallError.self) {
            _ = try readToEnd(of: file.raw, limit: 4999, name: "test")
        }
        #expect(error?.errno == .fileTooLarge)
    }

    @Test func theKernelsProcIsKnownAndItsFilesAreReadAndWritten() throws {
        let proc = try ProcDirectory()
        #expect(try proc.ownPID() == getpid())
        #expect(try proc.read("self/status").contains("Pid:\t\(getpid())\n"))
        #expect(throws: SystemCallError.self) { _ = try proc.read("self/root/etc/passwd") }
        #expect(throws: SystemCallError.self) { _ = try proc.read("../etc/passwd") }
    }

    @Test func filesystemsAreToldApart() throws {
        let proc = try openFile("/proc", O_RDONLY | O_DIRECTORY)
        #expect(try FileSystemInfo(of: proc.raw).type == FileSystemInfo.proc)
        let pts = try openFile("/dev/pts", O_RDONLY | O_DIRECTORY)
        #expect(try FileSystemInfo(of: pts.raw).type == FileSystemInfo.devpts)
    }

    @Test func anErrorNamesTheCallThePathAndTheReason() {
        let error = #expect(throws: SystemCallError.self) { _ = try openFile("/there/is/none", O_RDONLY) }
        #expect(error?.description == "open /there/is/none: No such file or directory")
    }

    @Test func aPathsLastNameIsSplitOff() {
        #expect(splitLast("/a/b/c") == ("/a/b", "c"))
        #expect(splitLast("/a") == ("/", "a"))
        #expect(splitLast("/").last == nil)
        #expect(splitLast("/a/..").last == nil)
    }

    @Test func aProcessIsWatchedAndSignalledByItsDescriptor() throws {
        let child = ChildProcess(path: "/bin/sleep", arguments: ["sleep", "100"], environment: [], descriptors: [])
        let pid = try child.spawn()
        let process = try ProcessDescriptor(pid: pid)
        #expect(try !process.waitForEnd(milliseconds: 0))
        try process.send(signal: SIGTERM)
        #expect(try process.waitForEnd())
        #expect(try Reaper.wait(for: pid) == .signaled(SIGTERM))
        #expect(throws: SystemCallError.self) { try process.send(signal: SIGTERM) }
    }
}
