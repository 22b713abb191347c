import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import ShimService

struct StdioTests {
    private let folder: TemporaryFolder
    private let opener = StdioOpener(
        container: ContainerIdentity(id: "c1", namespace: "ns"), reaper: ChildReaper(source: NoChildren()))

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: [
        ("", StdioURI.null), ("/run/x", .fifo(path: "/run/x")), ("fifo:///run/x", .fifo(path: "/run/x")),
        ("file:///var/log/a%20b", .file(path: "/var/log/a b")),
        ("binary:///bin/log?to=%2Fx&fast", .binary(path: "/bin/log", arguments: ["to", "/x", "fast", ""])),
    ])
    func urisAreRead(text: String, uri: StdioURI) throws {
        #expect(try StdioURI(text, stream: "stdout") == uri)
    }

    @Test(arguments: ["relative", "npipe:///x", "fifo://relative", "file:///a%2"])
    func whatIsNoURIIsRefusedWithTheStreamsName(text: String) {
        let error = #expect(throws: TaskError.self) { try StdioURI(text, stream: "stderr") }
        #expect(error?.code == .invalidArgument)
        #expect("\(error!)".hasPrefix("stderr: "))
    }

    @Test func openingFIFOsWaitsForNobody() throws {
        let names = try ["in", "out", "err"].map { try folder.makeFIFO($0) }
        let stdio = try opener.open(StdioRequest(stdin: names[0], stdout: names[1], stderr: names[2]))
        let ends = stdio.containerEnds()
        for end in [ends.stdin, ends.stdout, ends.stderr] {
            let flags = fcntl(try #require(end), F_GETFL)
            #expect(flags & O_NONBLOCK == 0, "a program expects its streams to block")
        }
        stdio.close()
    }

    @Test func stdinEndsOnlyAfterCloseIO() throws {
        let path = try folder.makeFIFO("in")
        let stdio = try opener.open(StdioRequest(stdin: path))
        let stdin = try #require(stdio.containerEnds().stdin)
        let writer = try openFile(path, O_WRONLY | O_NONBLOCK)
        try writeText("x", to: writer.raw, name: path)
        _ = consume writer
        var entry = pollfd(fd: stdin, events: Int16(POLLIN), revents: 0)
        #expect(try text(stdin, 10) == "x")
        #expect(poll(&entry, 1, 0) == 0, "containerd's end is closed, the shim's is not")
        stdio.closeStdin()
        #expect(try text(stdin, 10) == "")
        stdio.close()
    }

    @Test func theOutputEndsWhenTheContainerIsGone() throws {
        let path = try folder.makeFIFO("out")
        let reader = try openFile(path, O_RDONLY | O_NONBLOCK)
        let stdio = try opener.open(StdioRequest(stdout: path))
        try writeText("bye", to: try #require(stdio.containerEnds().stdout), name: path)
        stdio.handedOver()
        #expect(try text(reader.raw, 10) == "bye")
        #expect(try text(reader.raw, 10) == "", "the shim keeps no end that writes")
        stdio.close()
    }

    @Test func aReaderThatVanishesIsNoBrokenPipe() throws {
        let path = try folder.makeFIFO("out")
        let stdio = try opener.open(StdioRequest(stdout: path))
        let stdout = try #require(stdio.containerEnds().stdout)
        try writeText("kept", to: stdout, name: path)
        let reader = try openFile(path, O_RDONLY | O_NONBLOCK)
        #expect(try text(reader.raw, 10) == "kept")
        stdio.close()
    }

    @Test func whatIsNoFIFOIsNamed() throws {
        try folder.write("x", to: "plain")
        for name in ["plain", "absent"] {
            let error = #expect(throws: TaskError.self) {
                try opener.open(StdioRequest(stdout: folder.file(name)))
            }
            #expect("\(error!)".contains("stdout: "))
            #expect("\(error!)".contains(folder.file(name)))
        }
    }

    @Test func aFileTakesBothOutputsAndGrows() throws {
        let path = folder.file("logs/c1.log")
        for line in ["one\n", "two\n"] {
            let stdio = try opener.open(StdioRequest(stdout: "file://\(path)"))
            try writeText(line, to: try #require(stdio.containerEnds().stdout), name: path)
            try writeText(line, to: try #require(stdio.containerEnds().stderr), name: path)
            stdio.close()
        }
        #expect(try readText(path) == "one\none\ntwo\ntwo\n")
    }

    @Test func noStreamsAreDevNull() throws {
        let stdio = try opener.open(StdioRequest())
        let ends = stdio.containerEnds()
        for end in [ends.stdin, ends.stdout, ends.stderr] {
            #expect(try FileStatus(of: try #require(end)).representedDevice == deviceNumber(major: 1, minor: 3))
        }
        stdio.close()
    }

    @Test func aTerminalHasNoStderrAndNoStdinOfNothing() throws {
        let stdio = try opener.open(StdioRequest(stderr: "/nowhere", terminal: true))
        #expect(stdio.containerEnds().stderr == nil)
        #expect(stdio.containerEnds().stdin == nil)
        stdio.close()
    }

    private func text(_ descriptor: Int32, _ count: Int) throws -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try systemCall("read") { read(descriptor, &bytes, count) }
        return String(decoding: bytes.prefix(got), as: UTF8.self)
    }
}

struct NoChildren: ChildSource {
    func next() -> ChildEvent { .end }
}
