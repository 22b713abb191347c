import Foundation
import Testing

extension Integration {
    /// `martlet run` of a file or an image.
    @Suite(.needsInstalledTree)
    struct LocalRunTests {
        private func guest(_ name: String) -> String { "\(Requirement.guests ?? "")/\(name)" }

        /// No bundle of such a container is left.
        private func expectNoFolders(_ runtime: RuntimeFixture) {
            let left = (try? FileManager.default.contentsOfDirectory(atPath: "/var/lib/martlet/run")) ?? []
            #expect(!left.contains { $0.hasPrefix(runtime.name) })
        }

        @Test func aFileRunsAsItWouldOnANode() async throws {
            try await RuntimeFixture.run { runtime in
                let id = "\(runtime.name)-1"
                let hello = try await runtime.martlet("run", "--name", id, guest("hello.wasm"))
                #expect(hello.status == 0 && hello.stdout.contains("hello"), "\(hello.stderr)")
                let text = try await runtime.martlet("run", "--name", id, guest("hello.wat"))
                #expect(text.status == 0 && text.stdout.contains("hello"), "\(text.stderr)")
                #expect(try await runtime.martlet("run", "--name", id, guest("tool.wasm"), "exit", "7").status == 7)
                let bad = try await runtime.martlet("run", "--name", id, guest("unknown-import.wat"))
                #expect(bad.status == 1 && bad.stderr.contains("import"), "\(bad.stderr)")
                let none = try await runtime.martlet("run", "none.wasm")
                #expect(none.status != 0 && none.stderr.contains("none.wasm"))
                expectNoFolders(runtime)
            }
        }

        @Test func aFileSeesWhatItIsGiven() async throws {
            try await RuntimeFixture.run { runtime in
                let folder = try HostFolder()
                try "shared\n".write(toFile: "\(folder.path)/file", atomically: true, encoding: .utf8)
                let id = "\(runtime.name)-1"
                let read = try await runtime.martlet(
                    "run", "--name", id, "--dir", "\(folder.path)::/data:ro", guest("tool.wasm"), "read", "/data/file")
                #expect(read.stdout == "shared\n", "\(read.stderr)")
                let refused = try await runtime.martlet(
                    "run", "--name", id, "--dir", "\(folder.path)::/data:ro", guest("tool.wasm"), "write", "/data/new",
                    "x")
                #expect(refused.status == 1)
                let written = try await runtime.martlet(
                    "run", "--name", id, "--dir", "\(folder.path)::/data", guest("tool.wasm"), "write", "/data/new", "x"
                )
                #expect(written.status == 0, "\(written.stderr)")
                #expect(try folder.text("new") == "x\n")
                let missing = try await runtime.martlet(
                    "run", "--name", id, "--dir", "\(folder.path)/none::/data", guest("tool.wasm"), "list", "/data")
                #expect(missing.status == 1 && missing.stderr.contains("--dir \(folder.path)/none"), "\(missing)")
                let hidden = try await runtime.martlet("run", "--name", id, guest("tool.wasm"), "read", "/etc/passwd")
                #expect(hidden.status == 1)
                expectNoFolders(runtime)
            }
        }

        /// By pipes, and by a file, which keeps what it has. (Natively, to open it so would empty it.)
        @Test func aFileOpensItsStreamsByPath() async throws {
            try await RuntimeFixture.run { runtime in
                let id = "\(runtime.name)-1"
                let piped = try await runtime.martlet("run", "--name", id, guest("tool.wasm"), "streams", input: "a\n")
                #expect(piped.status == 0 && piped.stdout == "out a\n" && piped.stderr == "err a\n", "\(piped)")
                let path = "\(runtime.folder)/file"
                try "kept\n".write(toFile: path, atomically: false, encoding: .utf8)
                let words = [RuntimeFixture.program, "--root", runtime.root, "run", "--name", id, guest("tool.wasm")]
                let outcome = try await Command(
                    "/bin/sh",
                    ["-c", "exec \"$0\" \"$@\" 1<>\(path) </dev/null"] + words + ["write", "/dev/stdout", "added"],
                    environment: [:]
                ).outcome()
                #expect(outcome.status == 0, "\(outcome)")
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept\nadded\n")
            }
        }

        @Test(arguments: [("serve.wasm", "/count", "5"), ("cgi.wasm", "/echo", "hello")])
        func aServerIsReachedWhereItIsAsked(name: String, path: String, answer: String) async throws {
            try await RuntimeFixture.run { runtime in
                let id = "\(runtime.name)-1"
                let port = try HTTPConnection.freePort()
                let serving = try Command(
                    RuntimeFixture.program,
                    ["--root", runtime.root, "run", "--name", id, "--http", "\(port)", guest(name)],
                    environment: ["PATH": "/usr/bin:/bin"])
                try await eventually("an answer") {
                    if serving.hasEnded { throw FixtureError(description: "\(await serving.outcome())") }
                    return HTTPConnection.isServed(port: port)
                }
                let connection = try HTTPConnection(port: port)
                try connection.send("POST \(path) HTTP/1.1", "Host: a", "Content-Length: 5", "")
                try connection.write(Data("he".utf8))
                try connection.write(Data("llo".utf8))
                #expect(try connection.response().text == answer)
                try await runtime.expect("kill", id, "TERM")
                let outcome = await serving.outcome()
                #expect(outcome.status == 0, "\(outcome.stderr)")
                expectNoFolders(runtime)
            }
        }

        @Test func anArchiveRunsWithItsConfiguration() async throws {
            try await RuntimeFixture.run { runtime in
                var image = Image.busybox
                image.environment.append("FROM=image")
                image.entrypoint = ["/bin/busybox", "sh"]
                let archive = "\(runtime.folder)/image.tar"
                try await image.write(to: archive, name: "localhost/test:1")
                let id = "\(runtime.name)-1"
                let outcome = try await runtime.martlet(
                    "run", "--name", id, "--env", "MORE=option", "--workdir", "/tmp", "--user", "7:8", "--memory",
                    "64MiB",
                    archive, "-c", "echo $FROM $MORE; pwd; id -u; id -g; cat /proc/self/cgroup; exit 4")
                #expect(outcome.status == 4, "\(outcome.stderr)")
                #expect(outcome.stdout.hasPrefix("image option\n/tmp\n7\n8\n"), "\(outcome.stdout)")
                let terminal = try await runtime.martlet("run", "--name", id, "-t", archive, "-c", "tty")
                #expect(terminal.stdout.hasPrefix("/dev/pts/"), "\(terminal.stderr)")

                try FileManager.default.createDirectory(
                    atPath: "\(runtime.folder)/layout", withIntermediateDirectories: true)
                let unpacked = try await Command(
                    "/bin/tar", ["-xf", archive, "-C", "\(runtime.folder)/layout"], environment: [:]
                ).outcome()
                #expect(unpacked.status == 0)
                let layout = try await runtime.martlet(
                    "run", "--name", id, "oci:\(runtime.folder)/layout", "-c", "echo layout")
                #expect(layout.stdout == "layout\n", "\(layout.stderr)")

                let blobs = "\(runtime.folder)/layout/blobs/sha256"
                for blob in try FileManager.default.contentsOfDirectory(atPath: blobs) {
                    let handle = try #require(FileHandle(forWritingAtPath: "\(blobs)/\(blob)"))
                    try handle.seekToEnd()
                    try handle.write(contentsOf: Data("x".utf8))
                    try handle.close()
                }
                let changed = try await runtime.martlet("run", "--name", id, "oci:\(runtime.folder)/layout")
                #expect(changed.status == 1 && changed.stderr.contains("digest"), "\(changed.stderr)")
                expectNoFolders(runtime)
            }
        }

        @Test func aDetachedFileIsRemovedWithItsContainer() async throws {
            try await RuntimeFixture.run { runtime in
                let id = "\(runtime.name)-1"
                let outcome = try await Command(
                    "/bin/sh",
                    [
                        "-c", "exec \"$0\" \"$@\" >\(runtime.folder)/out 2>&1 </dev/null", RuntimeFixture.program,
                        "--root",
                        runtime.root, "run", "--detach", "--name", id, guest("tool.wasm"), "sleep", "1000",
                    ], environment: [:]
                ).outcome()
                #expect(outcome.status == 0)
                #expect(try String(contentsOfFile: "\(runtime.folder)/out", encoding: .utf8).contains(id))
                #expect(try await runtime.state(id).status == "running")
                try await runtime.end(id)
                expectNoFolders(runtime)
            }
        }
    }
}
