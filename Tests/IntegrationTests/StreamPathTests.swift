import Foundation
import Testing

extension Integration {
    /// Guests that open their streams by path, as programs do whose log files are `/dev/stdout`.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct StreamPathTests {
        private let tool = container(.guest("tool.wasm"))

        @Test func aModuleOpensItsStreamsByPath() async throws {
            let outcome = try await tool.args("streams").stdin("a\nb\n").run()
            #expect(outcome.status == 0 && outcome.stdout == "out a\nout b\n", "\(outcome)")
            #expect(outcome.stderr == "err a\nerr b\n")
        }

        @Test(arguments: ["copy", "append"]) func aComponentOpensItsStreamsByPath(command: String) async throws {
            let component = container(.guest("component.wasm")).stdin("a\nb\n")
            let out = try await component.args(command, "/dev/stdin", "/dev/stdout").run()
            #expect(out.status == 0 && out.stdout == "a\nb\n" && out.stderr == "", "\(out)")
            let err = try await component.args(command, "/proc/self/fd/0", "/proc/self/fd/2").run()
            #expect(err.status == 0 && err.stdout == "" && err.stderr == "a\nb\n", "\(err)")
        }

        @Test(arguments: ["hello.wasm", "hello-rust.wasm", "hello-go.wasm"])
        func everyLanguageReadsItsStandardInputByPath(name: String) async throws {
            let outcome = try await container(.guest(name)).env("HELLO_FILE=/dev/stdin").stdin("a line\n").run()
            #expect(outcome.status == 0 && outcome.stdout.contains("file: a line\n"), "\(outcome)")
        }

        @Test func whatComesIsWaitedForAndALotIsWritten() async throws {
            let text = (0..<100_000).map { "line \($0)\n" }.joined()
            let component = container(.guest("component.wasm")).args("copy", "/dev/stdin", "/dev/stdout")
            #expect(try await component.stdin(text).run().stdout == text)
            #expect(try await tool.args("read", "/dev/stdin").stdin(text).run().stdout == text)
        }

        /// As images do with the log files of programs that know no other place.
        @Test func linksLeadToThem() async throws {
            let folder = try HostFolder()
            for (name, target) in [
                ("access", "/dev/stdout"), ("error", "../dev/stderr"), ("both", "error"), ("fd", "//dev/fd/1"),
            ] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder.path)/\(name)", withDestinationPath: target)
            }
            for (name, isError) in [("access", false), ("error", true), ("both", true), ("fd", false)] {
                let outcome = try await tool.args("append", "/logs/\(name)", "said").mount(folder.path, at: "/logs")
                    .run()
                #expect(outcome.status == 0 && (isError ? outcome.stderr : outcome.stdout) == "said\n", "\(outcome)")
            }
        }

        /// None leads out, to what the process has open beside its streams, or to another's.
        @Test(arguments: [
            "/proc/self/fd/3", "/proc/self/fd/00", "/proc/1/fd/1", "/proc/self/root/etc/hostname", "/etc/hostname",
            "../../../etc/hostname", "link", "/dev/fd/1/..", "/proc/self/fd",
        ])
        func noOtherLinkLeadsAnywhere(target: String) async throws {
            let folder = try HostFolder()
            try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: target)
            for words in [["read", "/data/link"], ["write", "/data/link", "text"]] {
                let outcome = try await container(.guest("tool.wasm")).command(["/tool.wasm"] + words)
                    .mount(folder.path, at: "/data").run()
                #expect(outcome.status == 1 && outcome.stdout == "" && outcome.stderr.hasPrefix("/data/link: "))
            }
        }

        @Test func whatIsMountedInTheirPlaceIsOpened() async throws {
            let file = try HostFile("")
            let outcome = try await tool.args("write", "/dev/stdout", "to the file")
                .mount(file.path, at: "/dev/stdout").run()
            #expect(outcome.status == 0 && outcome.stdout == "", "\(outcome)")
            #expect(try file.text == "to the file\n")
        }

        @Test func aStreamIsNotOpenedForWhatItIsNot() async throws {
            let outcome = try await tool.args("read", "/dev/stdout").run()
            #expect(outcome.status == 1 && outcome.stderr.hasPrefix("/dev/stdout: Permission denied"), "\(outcome)")
        }

        @Test func aFIFOInAVolumeIsWritten() async throws {
            let folder = try HostFolder()
            try #require(mkfifo("\(folder.path)/fifo", 0o600) == 0)
            let reader = open("\(folder.path)/fifo", O_RDWR | O_NONBLOCK | O_CLOEXEC)
            defer { close(reader) }
            for command in ["write", "append"] {
                let outcome = try await tool.args(command, "/data/fifo", "through").mount(folder.path, at: "/data")
                    .run()
                #expect(outcome.status == 0, "\(outcome)")
                var bytes = [UInt8](repeating: 0, count: 100)
                let count = read(reader, &bytes, bytes.count)
                #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "through\n")
            }
        }

        @Test func anExecHasItsOwn() async throws {
            let running = try await tool.args("sleep").start()
            try await running.says("ready")
            let exec = try await running.containerd.ctr(
                "tasks", "exec", "--fifo-dir", running.containerd.fifos, "--exec-id", "e1", running.id, "/tool.wasm",
                "write", "/dev/stdout", "of the exec")
            #expect(exec.status == 0 && exec.stdout == "of the exec\n", "\(exec)")
            try await running.kill("SIGTERM")
            #expect(await running.finished().stdout == "ready\n")
        }

        @Test func aFileIsAppendedToAndStaysWhatItWas() async throws {
            let folder = try HostFolder()
            for words in [["write", "/data/log", "one"], ["append", "/data/log", "two"]] {
                let outcome = try await container(.guest("tool.wasm")).command(["/tool.wasm"] + words)
                    .mount(folder.path, at: "/data").run()
                #expect(outcome.status == 0, "\(outcome)")
            }
            #expect(try folder.text("log") == "one\ntwo\n")
        }
    }
}

extension Container {
    fileprivate func command(_ words: [String]) -> Container {
        var copy = self
        copy.arguments = words
        return copy
    }
}
