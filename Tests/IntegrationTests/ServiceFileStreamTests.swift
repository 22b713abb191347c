import Foundation
import Testing

extension Integration {
    /// Streams over files of served components, and what of files does not outlive its guest.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceFileStreamTests {
        private static let lowered = "files-plain.wasm"

        private func serve(
            _ guest: String, _ folder: HostFolder, _ annotations: [String: String] = [:],
            _ body: (Service) async throws -> Void
        ) async throws {
            let container = container(.guest(guest)).mount(folder.path, at: "/data")
            try await Service.start(container, annotations).whileServing(body)
        }

        @Test(arguments: Service.files) func aStreamReadsAndWritesAtItsPlace(_ guest: String) async throws {
            let lines = #"""
                dirs => / .
                open 3 0 1 data 2 1 => ok
                open 10 3 1 file 1 3 => ok
                output 20 10 0 => ok
                check 20 => 1048576
                put 20 hello => ok
                put 20 %20world => ok
                put 20 % => ok
                zeroes 20 2 => ok
                put-later 20 ! => ok
                flush 20 => ok
                output 21 10 4 => ok
                put 21 O => ok
                end-output 20 => ok
                read 10 100 0 => 'hellO world\00\00!'
                append 22 10 => ok
                resize 10 5 => ok
                put 22 end => ok
                put 21 , => ok
                put-later 22 . => ok
                read 10 100 0 => 'hellO,nd.'
                input 23 10 0 => ok
                input 24 10 6 => ok
                take 23 3 => 'hel'
                take 24 100 => 'nd.'
                take 24 100 => closed
                skip 23 2 => 2
                take 23 100 => ',nd.'
                put 22 more => ok
                take 24 100 => closed
                skip 23 1 => 1
                take 23 100 => 'ore'
                skip 23 1 => closed
                input 25 10 100 => ok
                take 25 1 => closed
                input 25 10 18446744073709551615 => ok
                take 25 1 => failed: invalid
                take 25 1 => closed
                output 25 10 18446744073709551615 => ok
                put 25 x => failed: invalid
                put 25 x => closed
                check 25 => closed
                flush 25 => closed
                input 26 3 0 => bad-descriptor
                output 26 3 0 => bad-descriptor
                append 26 3 => bad-descriptor
                open 11 3 1 write-only 1 2 => ok
                open 12 3 1 write-only 0 1 => ok
                input 26 10 0 => ok
                output 27 11 0 => ok
                splice 27 26 5 => 5
                splice 27 26 1000 => 8
                splice 27 26 1000 => closed
                read 12 100 0 => 'hellO,nd.more'
                output 28 12 0 => ok
                put 28 x => failed: bad-descriptor
                append 28 12 => ok
                put-later 28 x => failed: bad-descriptor
                check 28 => closed
                input 29 10 0 => ok
                close 10 => ok
                unlink 3 file => ok
                take 29 5 => 'hellO'
                end-input 29 => ok
                """#.components(separatedBy: "\n").map { $0.components(separatedBy: " => ") }
            try await serve(guest, try HostFolder()) { service in
                let answers = try service.run(lines.map { $0[0] }.joined(separator: "\n"))
                for (line, answer) in zip(lines, answers.components(separatedBy: "\n")) {
                    #expect(answer == "\(line[0].prefix { $0 != " " }): \(line[1])", "\(line[0])")
                }
            }
        }

        @Test(arguments: Service.files) func aLargeFileIsSentInLittleMemory(_ guest: String) async throws {
            let folder = try HostFolder()
            let whole = Data((0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            try #require(FileManager.default.createFile(atPath: folder.path + "/large", contents: nil))
            let file = try #require(FileHandle(forWritingAtPath: folder.path + "/large"))
            for _ in 0..<64 { try file.write(contentsOf: whole) }
            try file.close()
            try await serve(guest, folder) { service in
                #expect(try service.run("dirs") == "dirs: / .")
                let before = try await service.peak()
                for path in ["/send?data/large", "/splice?data/large"] {
                    let sent = try service.connect().get(path).body
                    #expect(sent.count == 64 << 20 && sent.prefix(1 << 20) == whole && sent.suffix(1 << 20) == whole)
                }
                let grown = try await service.peak() - before
                #expect(grown < 24 << 10, "\(grown) kB more")
            }
        }

        @Test(arguments: Service.files) func aDirectoryOfManyEntriesIsReadToItsEnd(_ guest: String) async throws {
            let folder = try HostFolder()
            let names = (0..<10_000).map { "\($0)-" + String(repeating: "n", count: $0 % 100) }
            for name in names {
                try #require(FileManager.default.createFile(atPath: "\(folder.path)/\(name)", contents: nil))
            }
            try await serve(guest, folder) { service in
                let answer = try service.run("dirs\nopen 3 0 1 data 2 1\ncount 3\ncount 3")
                let count = "count: 10000 bytes \(names.map(\.utf8.count).reduce(0, +))"
                #expect(answer.components(separatedBy: "\n").suffix(2) == [count, count])
            }
        }

        @Test(arguments: Service.files) func aNameThatIsNoTextIsAnErrorOfItsOwn(_ guest: String) async throws {
            let folder = try HostFolder()
            for name in ["a", "b"] {
                try #require(FileManager.default.createFile(atPath: "\(folder.path)/\(name)", contents: nil))
            }
            let odd = Array((folder.path + "/o").utf8CString.dropLast()) + [CChar(bitPattern: 0xff), 0]
            try #require(mkdir(odd, 0o755) == 0)
            defer { rmdir(odd) }
            try await serve(guest, folder) { service in
                let answer = try service.run("dirs\nopen 3 0 1 data 2 1\nlist 3").components(separatedBy: "\n").last
                #expect(answer == "list: (illegal-byte-sequence) 2 a:regular-file b:regular-file")
            }
        }

        /// However it ends: well, in a trap, or because its time is over.
        @Test(arguments: Service.files) func noDescriptorOutlivesItsGuest(_ guest: String) async throws {
            try await serve(guest, try HostFolder(), ["request-timeout": "2"]) { service in
                let script = "dirs\nopen 3 0 1 data 2 1\nopen 4 3 1 file 1 3\ninput 5 4 0\nappend 6 4\nput 6 x"
                let connection = try service.connect()
                func serveOne() throws {
                    try connection.send(
                        "POST /run HTTP/1.1", "Host: a", "Content-Length: \(script.utf8.count)", "", body: script)
                    #expect(try connection.response().text.hasSuffix("put: ok\n"))
                }
                for _ in 0..<20 { try serveOne() }
                #expect(try service.connect().get("/leave?10").status == 500)
                let before = try await service.descriptors()
                for _ in 0..<3000 { try serveOne() }
                for _ in 0..<50 { #expect(try service.connect().get("/leave?10").status == 500) }
                #expect(try service.connect().get("/wait?100").status == 504)
                try await eventually("the descriptors' end") { try await service.descriptors() <= before + 2 }
            }
        }

        /// Those of an instance that is kept are its own, and no other's; its streams are of a request.
        @Test func anInstanceThatIsLoweredKeepsItsDescriptors() async throws {
            let folder = try HostFolder()
            try await serve(Self.lowered, folder, ["reuse": "100"]) { service in
                let connection = try service.connect()
                /// When the instance has surely been kept: that is after its response.
                func run(_ lines: String...) async throws -> HTTPConnection.Response {
                    try await Task.sleep(for: .milliseconds(100))
                    return try service.post("/run", lines.joined(separator: "\n"), on: connection)
                }
                let opened = try await run("dirs", "open 3 0 1 data 2 1", "open 4 3 1 file 1 3")
                #expect(opened.text == "dirs: / .\nopen: ok\nopen: ok\n")
                for number in 0..<3 {
                    let used = try await run("write 4 \(number) x", "open 5 3 1 file 0 1", "size 5 10 0", "close 5")
                    #expect(used.text == "write: 1\nopen: ok\nsize: \(number + 1)\nclose: ok\n")
                }
                let read = try await run("input 7 4 0", "take 7 1")
                #expect(read.text == "input: ok\ntake: 'x'\n")
                let status = try await run("take 7 1").status
                #expect(status == 500)
                // Another instance, which has nothing yet.
                let other = try service.connect().get("/visits").text
                #expect(other == "visits 1\n")
                let late = try service.post("/run", "stat 4").status
                #expect(late == 500)
            }
            let text = try folder.text("file")
            #expect(text == "xxx")
        }

        @Test func anInstanceThatIsNotHasOneRequest() async throws {
            try await serve("files.wasm", try HostFolder(), ["reuse": "100"]) { service in
                for _ in 0..<3 {
                    let text = try service.connect().get("/visits").text
                    #expect(text == "visits 1\n")
                }
            }
        }

        /// It is told when the process has no more, and others are served as before.
        @Test func aGuestThatTakesAllDescriptorsIsRefusedMore() async throws {
            let folder = try HostFolder()
            try await serve(Self.lowered, folder) { service in
                let limits = ["--pid", "\(try await service.running.pid)", "--nofile=120:120"]
                let limited = try await Command("/usr/bin/prlimit", limits, environment: [:]).outcome()
                #expect(limited.status == 0, "\(limited.stderr)")
                let script = "dirs\n" + String(repeating: "open 3 0 1 data 2 1\n", count: 200)
                let answers = try service.run(script).components(separatedBy: "\n")
                #expect(answers.contains("open: ok") && answers.last == "open: io")
                #expect(try service.run("dirs\nopen 3 0 1 data 2 1") == "dirs: / .\nopen: ok")
            }
        }

        /// Nothing else keeps paths where they belong.
        @Test(arguments: [(38, "unsupported"), (1, "not-permitted")])
        func whoMayNotCallTheKernelForAPathHasNone(_ code: Int, _ error: String) async throws {
            let profile = try HostFile(
                """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["openat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": \(code)}]}
                """)
            let container = container(.guest(Self.lowered)).option("--seccomp", "--seccomp-profile", profile.path)
            try await Service.start(container).whileServing { service in
                let answers = try service.run(
                    "dirs\nopen 3 0 1 proc 2 1\nstat-at 0 0 proc/..\nmkdir 0 proc/x\nmkdir 0 made\nmkdir 0 made")
                let expected = ["dirs: / .", "open: \(error)", "stat-at: \(error)", "mkdir: \(error)"]
                #expect(answers.components(separatedBy: "\n") == expected + ["mkdir: ok", "mkdir: exist"])
            }
        }

        @Test(arguments: Service.files) func whatNoGuestMayDoToFilesStopsIt(_ guest: String) async throws {
            let folder = try HostFolder()
            try await serve(guest, folder) { service in
                for number in 0..<16 {
                    let status = try service.connect().get("/bad?\(number)").status
                    #expect(status == 500, "\(number)")
                }
                let answer = try service.run("dirs")
                #expect(answer == "dirs: / .")
            }
        }
    }
}

extension Service {
    /// How many descriptors the process has that serves.
    fileprivate func descriptors() async throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(try await running.pid)/fd").count
    }

    /// The most memory that it had, in kB.
    fileprivate func peak() async throws -> Int {
        let text = try #require(try await running.status("VmHWM"))
        return try #require(Int(text.split(separator: " ").first ?? ""))
    }
}
