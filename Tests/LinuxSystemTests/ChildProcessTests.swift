import Glibc
import LinuxSystem
import SystemPackage
import Testing

/// From this process, which has many threads.
@Suite struct ChildProcessTests {
    /// Runs a shell script and answers its standard output.
    private func output(
        of script: String, extra: [(source: Int32, target: Int32)] = [], directory: String? = nil, session: Bool = false
    ) throws -> String {
        let pipe = try makePipe()
        let reading = OwnedFileDescriptor(owning: pipe.reading)
        let child = ChildProcess(
            path: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin", "A=b"],
            descriptors: [(pipe.writing, 1)] + extra, workingDirectory: directory, newSession: session)
        let pid = try child.spawn()
        close(pipe.writing)
        let bytes = try readToEnd(of: reading.raw, limit: 1 << 20, name: "pipe")
        #expect(try Reaper.wait(for: pid) == .exited(0))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aChildHasTheEnvironmentAndTheFolderThatItWasGiven() throws {
        #expect(try output(of: "echo $A; pwd", directory: "/usr") == "b\n/usr\n")
    }

    @Test func aChildHasOnlyTheDescriptorsThatItWasGiven() throws {
        let leaked = try openFile("/etc/hostname", O_RDONLY)
        #expect(fcntl(leaked.raw, F_SETFD, 0) == 0)
        // The shell's glob holds the folder open as another one.
        #expect(
            try output(of: "cd /proc/self/fd; for i in 0 1 2 3 4 5 6 7 8 9; do test -e $i && echo $i; done; true")
                == "1\n")
    }

    @Test func descriptorsMayChangePlaces() throws {
        let first = try makeSealedFile("first", content: Array("one".utf8))
        let second = try makeSealedFile("second", content: Array("two".utf8))
        let script = "cat /proc/self/fd/\(first.raw) /proc/self/fd/\(second.raw)"
        #expect(try output(of: script, extra: [(first.raw, second.raw), (second.raw, first.raw)]) == "twoone")
    }

    @Test func aChildMayLeadASession() throws {
        #expect(
            try output(of: "cut -d' ' -f1,6 /proc/$$/stat; echo $$", session: true).split(separator: "\n").count == 2)
        let text = try output(of: "cut -d' ' -f6 /proc/$$/stat; echo $$", session: true)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == lines[1])
    }

    @Test func signalsThatAreBlockedOrIgnoredHereAreNotSoThere() throws {
        let text = try output(of: "cat /proc/self/status")
        #expect(text.contains("SigBlk:\t0000000000000000"))
        #expect(text.contains("SigIgn:\t0000000000000000"))
    }

    @Test func aProgramThatIsMissingIsSaidAndLeavesNoChild() throws {
        let child = ChildProcess(path: "/there/is/none", arguments: ["none"], environment: [], descriptors: [])
        let error = #expect(throws: SystemCallError.self) { try child.spawn() }
        #expect(error?.call == "execve" && error?.errno == .noSuchFileOrDirectory)
        let other = ChildProcess(
            path: "/bin/true", arguments: ["true"], environment: [], descriptors: [], workingDirectory: "/there/is/none"
        )
        let second = #expect(throws: SystemCallError.self) { try other.spawn() }
        #expect(second?.call == "chdir" && second?.subject == "/there/is/none")
    }

    @Test func manyMayBeSpawnedAtOnce() async throws {
        let ends = try await withThrowingTaskGroup(of: ProcessEnd.self) { group in
            for number in Int32(0)..<32 {
                group.addTask {
                    let child = ChildProcess(
                        path: "/bin/sh", arguments: ["sh", "-c", "exit \(number)"], environment: [], descriptors: [])
                    return try Reaper.wait(for: try child.spawn())
                }
            }
            return try await group.reduce(into: Set<ProcessEnd>()) { $0.insert($1) }
        }
        #expect(ends == Set((Int32(0)..<32).map { ProcessEnd.exited($0) }))
    }

    @Test func aTimedCommandIsGivenItsInputAndItsOutputIsKept() throws {
        let command = TimedCommand(
            path: "/bin/sh", arguments: ["sh", "-c", "cat; echo no >&2; exit 3"], environment: ["PATH=/bin"],
            input: Array("yes ".utf8), timeout: 10)
        let outcome = try command.run()
        #expect(outcome.end == .exited(3) && outcome.output == "yes no\n" && !outcome.timedOut)
    }

    @Test func onlyTheEndOfALongOutputIsKept() throws {
        let command = TimedCommand(
            path: "/bin/sh", arguments: ["sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; echo end"],
            environment: ["PATH=/usr/bin:/bin"], input: [], timeout: nil)
        let outcome = try command.run()
        #expect(outcome.output.utf8.count == TimedCommand.keptOutput && outcome.output.hasSuffix("xend\n"))
    }

    @Test func aTimedCommandThatLeavesAChildIsOverWhenItEnds() throws {
        let command = TimedCommand(
            path: "/bin/sh", arguments: ["sh", "-c", "sleep 30 & echo $!"], environment: ["PATH=/usr/bin:/bin"],
            input: [],
            timeout: 20)
        let outcome = try command.run()
        #expect(outcome.end == .exited(0) && !outcome.timedOut)
        if let left = Int32(outcome.output.split(separator: "\n").first ?? "") { kill(left, SIGKILL) }
    }

    @Test func aTimedCommandThatIsLateIsKilled() throws {
        let command = TimedCommand(
            path: "/bin/sleep", arguments: ["sleep", "100"], environment: [], input: [], timeout: 1)
        let outcome = try command.run()
        #expect(outcome.timedOut && outcome.end == .signaled(SIGKILL) && outcome.end.status == 137)
    }
}
