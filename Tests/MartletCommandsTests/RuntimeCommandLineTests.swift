import ArgumentParser
import Foundation
import Testing

@testable import MartletCommands

struct RuntimeCommandLineTests {
    private func parse<Command: ParsableCommand>(_ words: String..., as type: Command.Type) throws -> Command {
        try #require(MartletCommand.parseAsRoot(words) as? Command)
    }

    @Test func globalFlagsStandBeforeTheCommand() throws {
        let command = try parse(
            "--root", "/r", "--log", "/l", "--log-format", "json", "--systemd-cgroup", "create", "-b", "/b",
            "--pid-file", "/p", "--console-socket", "/c", "--no-pivot", "--no-new-keyring", "--preserve-fds", "0", "c1",
            as: CreateCommand.self)
        let global = command.martlet.global
        #expect(global.root == "/r" && global.log == "/l" && global.logFormat == .json && global.systemdCgroup)
        #expect(command.bundle == "/b" && command.id == "c1" && command.options.noPivot)
        #expect(command.options.pidFile == "/p" && command.options.consoleSocket == "/c")
        #expect(command.options.preserveFds == 0)
        for count in ["-1", "x"] {
            #expect(throws: (any Error).self) {
                try MartletCommand.parseAsRoot(["create", "--preserve-fds", count, "c1"])
            }
        }
    }

    @Test func theWordsAfterTheContainerAreTheProgramsOwn() throws {
        let command = try parse(
            "exec", "-t", "-e", "A=1", "--env", "B=2", "-u", "1:2", "c1", "sh", "-c", "exit 3", "--tty",
            as: ExecCommand.self)
        #expect(command.id == "c1" && command.arguments == ["sh", "-c", "exit 3", "--tty"])
        #expect(command.env == ["A=1", "B=2"] && command.user == "1:2" && command.tty)
        let described = try parse("exec", "--process", "p.json", "--detach", "c1", as: ExecCommand.self)
        #expect(described.process == "p.json" && described.detach && described.arguments.isEmpty)
        #expect(throws: (any Error).self) { try MartletCommand.parseAsRoot(["exec", "c1"]) }
    }

    @Test func runTakesAFileWithItsArguments() throws {
        let command = try parse(
            "run", "--env", "A=1", "--dir", "/h::/g:ro", "--memory", "64MiB", "--cpus", "0.5", "--net", "-it", "-w",
            "/w",
            "app.wasm", "--env", "x", as: RunCommand.self)
        #expect(command.target == "app.wasm" && command.arguments == ["--env", "x"])
        let guest = command.guest
        #expect(guest.env == ["A=1"] && guest.memory?.bytes == 64 << 20 && guest.cpus == 0.5 && guest.net && guest.tty)
        #expect(guest.dir == [SharedFolder(argument: "/h::/g:ro")])
        #expect(try parse("run", "--http", "80", "a.wasm", as: RunCommand.self).guest.httpAddress == "127.0.0.1:80")
        #expect(try parse("run", "--http", "[::]:80", "a.wasm", as: RunCommand.self).guest.httpAddress == "[::]:80")
        for words in [
            ["--http", "a"], ["--http", ":80"], ["--http", "1.2.3.4:0"], ["--cpus", "0"], ["--memory", "-1"],
            ["--workdir", "w"], ["--dir", ""], ["--env", "=x"],
        ] {
            #expect(throws: (any Error).self, "\(words)") { try MartletCommand.parseAsRoot(["run"] + words + ["a"]) }
        }
    }

    @Test func noLimitIsSaidAsRuncHasIt() throws {
        let words = ["--memory", "-1", "--memory-swap", "-1", "--memory-reservation", "-1", "--cpu-quota", "-1"]
        let command = try MartletCommand.parseAsRoot(["update"] + words + ["--pids-limit", "-1", "c1"])
        let update = try #require(command as? UpdateCommand)
        #expect(update.memory?.bytes == -1 && update.memorySwap?.bytes == -1 && update.memoryReservation?.bytes == -1)
        #expect(update.cpuQuota == -1 && update.pidsLimit == -1 && update.id == "c1")
    }

    @Test func realtimeAndOtherFlagsOfRuncAreTaken() throws {
        let update = try parse(
            "update", "--cpu-rt-period", "1000000", "--cpu-rt-runtime", "-1", "c1", as: UpdateCommand.self)
        #expect(update.cpuRtPeriod == 1_000_000 && update.cpuRtRuntime == -1)
        #expect(try parse("run", "--no-subreaper", "c1", as: RunCommand.self).target == "c1")
    }

    @Test func foldersAreSharedByTheirPaths() throws {
        let plain = try #require(SharedFolder(argument: "/a:b::/c"))
        #expect(plain.host == "/a:b" && plain.guest == "/c" && !plain.isReadOnly)
        let same = try #require(SharedFolder(argument: "/data:ro"))
        #expect(same.host == "/data" && same.guest == "/data" && same.isReadOnly)
        #expect(SharedFolder(argument: "/a::relative") == nil && SharedFolder(argument: "/a::/") == nil)
    }

    @Test(
        arguments: [
            ("1048576", 1 << 20), ("64m", 64 << 20), ("64MB", 64 << 20), ("64MiB", 64 << 20), ("1.5g", 3 << 29),
            ("-1", -1),
            ("x", nil), ("-2", nil), ("1x", nil), ("9e30g", nil), ("m", nil),
        ] as [(String, Int64?)])
    func sizesAreAsPeopleWriteThem(text: String, bytes: Int64?) {
        #expect(ByteCount(argument: text)?.bytes == bytes)
    }

    @Test(
        arguments: [
            ("TERM", 15), ("SIGKILL", 9), ("hup", 1), ("9", 9), ("RTMIN+3", 37), ("SIGRTMAX-1", 63), ("0", nil),
            ("65", nil),
            ("NONE", nil), ("RTMIN-1", nil),
        ] as [(String, Int32?)])
    func signalsAreNamesOrNumbers(text: String, number: Int32?) {
        #expect(SignalName.number(text) == number)
    }

    @Test(arguments: [("5s", 5000), ("500ms", 500), ("2", 2000), ("0", nil), ("x", nil)] as [(String, Int32?)])
    func intervalsAreAsRuncHasThem(text: String, milliseconds: Int32?) {
        #expect(Interval(argument: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [(5000, "5s"), (500, "500ms")] as [(Int32, String)])
    func intervalsAreShownAsTheyAreTyped(milliseconds: Int32, text: String) {
        #expect(Interval(milliseconds: milliseconds).defaultValueDescription == text)
        #expect(Interval(argument: text)?.milliseconds == milliseconds)
    }

    @Test func jsonIsIndentedAndStaysTheSame() throws {
        let text = #"{"a":[1,{"b":"x\"{,:"},[]],"c":{},"d":null}"#
        let pretty = indented(Array(text.utf8))
        #expect(pretty.contains("\n  \"c\": {},") && pretty.hasSuffix("\n}"))
        let same = try JSONSerialization.jsonObject(with: Data(pretty.utf8)) as? NSDictionary
        #expect(same == (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary))
    }

    @Test func wordsAreFilesImagesOrIds() throws {
        let bundle = try TestBundle()
        let file = "\(bundle.path)/rootfs/app.wasm"
        #expect(try RunSource(file) == .file(path: file, function: nil))
        #expect(try RunSource("\(file)#f") == .file(path: file, function: "f"))
        #expect(try RunSource("some-id") == nil)
        for word in ["/none/app.wasm", "none.wasm", bundle.path, "oci:\(bundle.path)"] {
            #expect(throws: (any Error).self, "\(word)") { try RunSource(word) }
        }
        try bundle.write("index.json", Array("{}".utf8))
        #expect(try RunSource("oci:\(bundle.path)") == .layout(path: bundle.path, reference: nil))
        #expect(try RunSource("oci:\(bundle.path):h:5/n:1") == .layout(path: bundle.path, reference: "h:5/n:1"))
    }

    @Test func aSpecToBeginWithIsRight() throws {
        let bundle = try TestBundle()
        try bundle.remove("config.json")
        for word in ["--help", "-h", "--rootless"] {
            let error = #expect(throws: (any Error).self) { try MartletCommand.parseAsRoot(["spec", word]) }
            let text = error.map { MartletCommand.fullMessage(for: $0) } ?? ""
            #expect(text.contains(word == "--rootless" ? "unknown option --rootless" : "martlet spec --bundle"))
        }
        let command = try parse("spec", "--bundle", bundle.path, "/app.wasm", "-x", as: SpecCommand.self)
        try command.run()
        let report = BundleCheck(bundle: bundle.path).run()
        #expect(report.isUsable && report.entrypoint == "module /app.wasm (wasm module)", "\(report)")
        #expect(throws: (any Error).self) { try command.run() }
    }
}
